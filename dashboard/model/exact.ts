/** Sums of the API's decimal strings without rounding: what reconciles must reconcile to the last digit. */

interface Scaled {
  readonly mantissa: bigint;
  readonly decimals: number;
}

function scaled(text: string): Scaled {
  const [whole = "0", fraction = ""] = text.split(".");
  return { mantissa: BigInt(whole + fraction), decimals: fraction.length };
}

/** `0` exactly when the terms sum to nothing; null when a term is missing. */
export function exactSum(terms: readonly (string | null)[]): string | null {
  const known: Scaled[] = [];
  for (const term of terms) {
    if (term === null) return null;
    known.push(scaled(term));
  }
  const decimals = Math.max(0, ...known.map((term) => term.decimals));
  const total = known.reduce(
    (sum, term) => sum + term.mantissa * 10n ** BigInt(decimals - term.decimals),
    0n,
  );
  return written(total, decimals);
}

export function negated(text: string | null): string | null {
  if (text === null || /^-?0(?:\.0*)?$/.test(text)) return text;
  return text.startsWith("-") ? text.slice(1) : `-${text}`;
}

function written(total: bigint, decimals: number): string {
  const sign = total < 0n ? "-" : "";
  const text = (total < 0n ? -total : total).toString().padStart(decimals + 1, "0");
  const whole = text.slice(0, text.length - decimals);
  const fraction = text.slice(text.length - decimals).replace(/0+$/, "");
  return fraction === "" ? sign + whole : `${sign}${whole}.${fraction}`;
}
