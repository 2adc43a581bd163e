/** A page was asked for with a cursor that no page has returned: damaged, or of another order. */
export class InvalidCursorError extends RangeError {
  override readonly name = "InvalidCursorError";

  constructor(cursor: string, options?: { readonly cause?: unknown }) {
    const shown = cursor.length > 40 ? `${cursor.slice(0, 40)}…` : cursor;
    super(
      `cursor must be one that the previous page returned, was ${JSON.stringify(shown)}; leave it out to start at the first page`,
      options,
    );
  }
}
