/** A time as `bigint` takes it: a range may end anywhere, also at infinity or between two microseconds. */
export function bound(time: number): number {
  const whole = Math.ceil(time);
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(whole, Number.MAX_SAFE_INTEGER));
}
