/**
 * The states that the program before this one writes, made from those of this one. Whoever raises the version of the state
 * says here what the version before looked like.
 */
import { STATE_VERSION } from "../../lib/core/pipeline/codec.ts";
import { unpackCore } from "../../lib/core/pipeline/pack-core.ts";
import { decodeScale, encodeCore } from "../../lib/core/rollup/core-text.ts";
import type { JsonValue } from "../../lib/core/rollup/row.ts";

interface Packed {
  readonly v: number;
  readonly scale: JsonValue;
  readonly recentPrints?: readonly [newest: number, prints: string, ...others: number[]];
  readonly open: JsonValue;
  readonly coarse: readonly JsonValue[];
  readonly lateCores?: readonly JsonValue[];
}

/** Version 4 told core parts as their rows do, and a fingerprint by six characters: the last three are this program's. */
export function olderBody(body: string): string {
  const packed = JSON.parse(body) as Packed;
  if (packed.v !== STATE_VERSION) return body;
  const scale = decodeScale(packed.scale);
  const text = (part: JsonValue) => encodeCore(unpackCore(part), scale);
  const [newest = 0, prints = "", ...others] = packed.recentPrints ?? [];
  return JSON.stringify({
    ...packed,
    v: STATE_VERSION - 1,
    from: STATE_VERSION - 1,
    recentPrints:
      newest === 0 ? undefined : [newest, prints.replaceAll(/.{3}/g, "AAA$&"), ...others],
    open: text(packed.open),
    coarse: packed.coarse.map(text),
    // In fours, the part last.
    lateCores: packed.lateCores?.map((value, place) => (place % 4 === 3 ? text(value) : value)),
  });
}
