/** Whether two figures agree within a tolerance relative to a scale (at least 1 unit of it). */
export function isClose(actual: number, expected: number, tolerance: number, scale = 0): boolean {
  return Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), scale);
}
