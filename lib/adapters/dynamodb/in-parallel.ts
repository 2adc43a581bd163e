/** As many requests as one call has on the way at once: fewer than the client has connections. */
const AT_ONCE_MAX = 32;

/**
 * Does all of it, several at a time; the results come in the order of the items. After a failure nothing more is begun,
 * and what is on its way has ended before the failure is thrown.
 */
export async function inParallel<Input, Output>(
  items: readonly Input[],
  work: (item: Input) => Promise<Output>,
): Promise<Output[]> {
  const results: Output[] = new Array(items.length);
  const failures: unknown[] = [];
  const rest = items.entries();
  async function worker(): Promise<void> {
    for (const [at, item] of rest) {
      if (failures.length > 0) return;
      try {
        results[at] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE_MAX, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
