/** Numbers, or texts that need no quoting, as PostgreSQL writes an array. */
export function arrayOf(values: readonly (number | string)[]): string {
  return `{${values.join(",")}}`;
}

/** Any texts, as PostgreSQL writes an array. */
export function textArrayOf(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;
}
