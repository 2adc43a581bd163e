import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kaplanMeier, survivalAt } from "../../../lib/core/stats/kaplan-meier.ts";

describe("kaplanMeier", () => {
  it("with fills at 1 and 3, cancels at 2 and 4 steps to 0.75 and 0.375", () => {
    const steps = kaplanMeier([
      { time: 4, ended: false },
      { time: 1, ended: true },
      { time: 3, ended: true },
      { time: 2, ended: false },
    ]);
    expect(steps).toEqual([
      { time: 1, survival: 0.75, atRisk: 4 },
      { time: 3, survival: 0.375, atRisk: 2 },
    ]);
    expect([0, 0.999, 1, 2.9, 3, 99].map((t) => survivalAt(steps, t))).toEqual([
      1, 1, 0.75, 0.75, 0.375, 0.375,
    ]);
  });

  it("counts who leaves at the instant of an event as at risk of it", () => {
    const lives = [
      { time: 1, ended: false },
      { time: 1, ended: true },
    ];
    expect(kaplanMeier(lives)).toEqual([{ time: 1, survival: 0.5, atRisk: 2 }]);
  });

  it("without censoring is the share still alive; without events it never steps", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1 }), fc.nat(9), (times, at) => {
        const steps = kaplanMeier(times.map((time) => ({ time, ended: true })));
        const alive = times.filter((time) => time > at).length / times.length;
        expect(survivalAt(steps, at)).toBeCloseTo(alive, 12);
        expect(kaplanMeier(times.map((time) => ({ time, ended: false })))).toEqual([]);
      }),
    );
    expect(kaplanMeier([])).toEqual([]);
  });
});
