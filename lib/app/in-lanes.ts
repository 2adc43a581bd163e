/** Work on many things, some at a time. */

/**
 * Does `work` on each, at most `lanes` (≥ 1) at a time, begun in their order.
 *
 * @returns what came of each, in their order
 * @throws what the first work that failed threw; what was not begun by then is left alone
 */
export async function inLanes<Item, Result>(
  lanes: number,
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...items.entries()].reverse();
  const lane = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [index, item] = next;
      try {
        results[index] = await work(item, index);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  return results;
}
