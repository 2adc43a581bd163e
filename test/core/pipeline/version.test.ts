import { describe, expect, it } from "vitest";
import { epochAfter, epochOf, versionOf } from "../../../lib/core/pipeline/version.ts";

describe("the epoch after the last", () => {
  it.each([
    { last: 0, by: 1, epoch: 1 },
    { last: 8_175, by: 16, epoch: 8_191 },
  ])("is told exactly by a version, after $last by $by", ({ last, by, epoch }) => {
    expect(epochAfter(last, by)).toBe(epoch);
    const version = versionOf(epoch, 2 ** 40 - 1);
    expect(Number.isSafeInteger(version)).toBe(true);
    expect(epochOf(version)).toBe(epoch);
  });

  it.each([
    { last: 8_191, by: 1 },
    { last: 8_176, by: 16 },
  ])("is refused where no version could tell it, after $last by $by", ({ last, by }) => {
    expect(() => epochAfter(last, by)).toThrow(/epoch 8192 is past 8191.*then rebuild it/);
  });
});
