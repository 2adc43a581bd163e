/** Critical values at 1 %, 5 % and 10 %: a statistic below one rejects at that level. */
export type CriticalValues = readonly [number, number, number];

/** β∞ + β₁/T + β₂/T² + β₃/T³ per level, with a constant: table 2 of the 2010 paper. */
const SURFACES: Readonly<Record<1 | 2, readonly (readonly number[])[]>> = {
  1: [
    [-3.43035, -6.5393, -16.786, -79.433],
    [-2.86154, -2.8903, -4.234, -40.04],
    [-2.56677, -1.5384, -2.809, 0],
  ],
  2: [
    [-3.89644, -10.9519, -33.527, 0],
    [-3.33613, -6.1101, -6.823, 0],
    [-3.04445, -4.2412, -2.72, 0],
  ],
};

/**
 * MacKinnon's critical values of the Dickey–Fuller statistic, with a constant.
 *
 * @param series 1 for a unit-root test; 2 for the residuals of a cointegrating regression of two
 *   series, whose critical values are lower because the regression has already fitted them
 * @param observations T; `Infinity` gives the asymptotic values
 * Source: MacKinnon, "Critical Values for Cointegration Tests", Queen's working paper 1227 (2010).
 */
export function mackinnonCritical(series: 1 | 2, observations: number): CriticalValues {
  if (!(observations > 0)) throw new RangeError(`observations exceed 0, were ${observations}`);
  const [at1, at5, at10] = SURFACES[series].map((surface) =>
    surface.reduceRight((sum, coefficient) => sum / observations + coefficient, 0),
  );
  return [at1!, at5!, at10!];
}
