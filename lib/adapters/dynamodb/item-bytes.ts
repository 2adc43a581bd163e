import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** The attributes this product writes: texts, numbers, bytes and sets of texts. */
export type Item = Record<string, AttributeValue>;

/**
 * How large DynamoDB counts an item: names and texts by their UTF-8 bytes, a number one byte for two significant
 * digits and one more. Limits and prices go by it.
 *
 * @see docs/reference/cost.md#how-it-is-counted
 */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  if (value.SS !== undefined)
    return value.SS.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (value.N !== undefined) return Math.ceil(significantDigits(value.N) / 2) + 1;
  throw new TypeError(
    `an attribute must be a text, number, bytes or set of texts, was ${Object.keys(value)}`,
  );
}

function significantDigits(number: string): number {
  return number.replace(/^[-0.]+/, "").replace(/0+$/, "").length;
}
