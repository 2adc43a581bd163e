import fc from "fast-check";

/** Values as metrics have them: a tick grid with many ties, or six decimals. */
export const value = fc.oneof(
  fc.integer({ min: -40, max: 40 }).map((ticks) => ticks / 4),
  fc.integer({ min: -1e9, max: 1e9 }).map((millionths) => millionths / 1e6),
);

export const sample = fc.array(value, { maxLength: 60 });
