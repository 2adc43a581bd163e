/** Ordered streams as one ordered stream. */
export async function* merged<Row>(
  streams: readonly AsyncGenerator<Row>[],
  compare: (a: Row, b: Row) => number,
): AsyncGenerator<Row> {
  const heads = await Promise.all(streams.map(async (stream) => headOf(stream)));
  for (;;) {
    const live = heads.filter(({ next }) => !next.done);
    const [first, ...others] = live;
    if (first === undefined) return;
    const least = others.reduce(
      (best, head) => (compare(head.next.value, best.next.value) < 0 ? head : best),
      first,
    );
    yield least.next.value;
    least.next = await least.stream.next();
  }
}

async function headOf<Row>(stream: AsyncGenerator<Row>) {
  return { stream, next: await stream.next() };
}

/** One page of an ordered stream: what comes after a row, as far as the limit goes. */
export async function pageOf<Row>(
  stream: AsyncIterable<Row>,
  limit: number,
  isBeyond: (row: Row) => boolean,
): Promise<{ readonly rows: readonly Row[]; readonly lastOfMore: Row | undefined }> {
  const rows: Row[] = [];
  for await (const row of stream) {
    if (!isBeyond(row)) continue;
    if (rows.length === limit) return { rows, lastOfMore: rows.at(-1) };
    rows.push(row);
  }
  return { rows, lastOfMore: undefined };
}
