const EXACT_Z95 = 1.959963984540054;

/**
 * Wilson's score interval of a share: `successes` out of `n`.
 *
 *     (p + z²/2n ± z · √(p(1−p)/n + z²/4n²)) / (1 + z²/n),   p = successes / n
 *
 * Never leaves [0, 1] and has a width at 0 of n and n of n too.
 *
 * @param z the two-sided normal point; 95 % by default, to all digits
 * @returns lower and upper bound, as shares; `undefined` for n = 0
 * @throws {RangeError} unless 0 ≤ successes ≤ n
 * Source: Wilson, JASA 22 (1927).
 */
export function wilsonInterval(
  successes: number,
  n: number,
  z: number = EXACT_Z95,
): readonly [number, number] | undefined {
  if (!(successes >= 0 && successes <= n && Number.isFinite(n))) {
    throw new RangeError(`successes must lie in [0, n], were ${successes} of ${n}`);
  }
  if (n === 0) return undefined;
  const share = successes / n;
  const z2 = z * z;
  const center = share + z2 / (2 * n);
  const margin = z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  return [
    successes === 0 ? 0 : (center - margin) / scale,
    successes === n ? 1 : (center + margin) / scale,
  ];
}
