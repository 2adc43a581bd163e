/**
 * The standard normal distribution: Φ and its inverse, both to 10⁻¹³ relative, in every tail.
 *
 * Φ: Cody, Math. Comp. 23 (1969), rational approximations in three ranges, as in R's `pnorm`.
 * Φ⁻¹: Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), PPND16.
 */
const CENTER_TOP = [
  0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709,
  18154.98125334356,
];
const CENTER_BOTTOM = [
  1, 47.202581904688245, 976.0985517377767, 10260.932208618979, 45507.78933502673,
];
const SIDE_TOP = [
  1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785,
  597.2702763948002, 2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
];
const SIDE_BOTTOM = [
  1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761,
  18615.571640885097, 34900.95272114598, 38912.00328609327, 19685.429676859992,
];
const FAR_TOP = [
  0.023073441764940174, 0.215898534057957, 0.12740116116024736, 0.022235277870649807,
  0.0014216191932278934, 2.9112874951168793e-5,
];
const FAR_BOTTOM = [
  1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824,
  7.297515550839662e-5,
];
const INVERSE_CENTER_TOP = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const INVERSE_CENTER_BOTTOM = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const INVERSE_SIDE_TOP = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
  3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const INVERSE_SIDE_BOTTOM = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
  0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
];
const INVERSE_FAR_TOP = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const INVERSE_FAR_BOTTOM = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];
const PER_ROOT_TWO_PI = 0.3989422804014327;

/** Φ(x): the share of a standard normal that lies below x. 0 and 1 far out; `x` may be infinite. */
export function normalCdf(x: number): number {
  const distance = Math.abs(x);
  if (distance <= 0.67448975) {
    const square = x * x;
    return 0.5 + (x * polynomial(CENTER_TOP, square)) / polynomial(CENTER_BOTTOM, square);
  }
  const tail = upperTail(distance);
  return x > 0 ? 1 - tail : tail;
}

/**
 * Φ⁻¹(p): the point below which a share p lies.
 *
 * @throws {RangeError} unless 0 < p < 1
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability lies in (0, 1), was ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(INVERSE_CENTER_TOP, r)) / polynomial(INVERSE_CENTER_BOTTOM, r);
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const distance =
    r <= 5
      ? polynomial(INVERSE_SIDE_TOP, r - 1.6) / polynomial(INVERSE_SIDE_BOTTOM, r - 1.6)
      : polynomial(INVERSE_FAR_TOP, r - 5) / polynomial(INVERSE_FAR_BOTTOM, r - 5);
  return q < 0 ? -distance : distance;
}

/** 1 − Φ(x) for x > 0.67, with all its digits. */
function upperTail(x: number): number {
  if (x > 38.6) return 0;
  if (x < Math.sqrt(32)) {
    return (halfSquareExp(x) * polynomial(SIDE_TOP, x)) / polynomial(SIDE_BOTTOM, x);
  }
  const inverse = 1 / (x * x);
  const bend = (inverse * polynomial(FAR_TOP, inverse)) / polynomial(FAR_BOTTOM, inverse);
  return (halfSquareExp(x) * (PER_ROOT_TWO_PI - bend)) / x;
}

/** e^(−x²/2), split at a sixteenth so that the square is exact and the tail keeps its digits. */
function halfSquareExp(x: number): number {
  const coarse = Math.trunc(x * 16) / 16;
  return Math.exp(-0.5 * coarse * coarse) * Math.exp(-0.5 * (x - coarse) * (x + coarse));
}

/** Horner's scheme, the highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}
