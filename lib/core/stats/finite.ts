/** The value, or `undefined` where it is NaN or infinite: neither leaves this folder. */
export function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
