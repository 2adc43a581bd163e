import { describe, expect, it } from "vitest";
import { normal, stream, uniform } from "../../../lib/core/simulator/rng.ts";
import { laggedCorrelation, leadLagRatio } from "../../../lib/core/stats/lead-lag.ts";

/** One path, seen at times of one's own, `lateS` late. */
function watched(path: readonly number[], purpose: string, lateS: number) {
  const rng = stream(9, purpose);
  const [times, values]: [number[], number[]] = [[], []];
  for (let time = 10; time < path.length; time += 0.2 + 2 * uniform(rng)) {
    times.push(time);
    values.push(path[Math.floor(time - lateS)] ?? 0);
  }
  return { times, values };
}

const rng = stream(9, "path");
let level = 0;
const path = Array.from({ length: 4_000 }, () => {
  level += normal(rng);
  return level;
});
const [leader, follower] = [watched(path, "leader", 0), watched(path, "follower", 4)];
const LAGS = [1, 2, 3, 4, 5, 6];

describe("laggedCorrelation", () => {
  it("is highest at the lag by which one follows the other", () => {
    const lags = Array.from({ length: 21 }, (_, i) => i - 10);
    const found = lags.map((lag) => laggedCorrelation(leader, follower, lag) ?? 0);
    expect(lags[found.indexOf(Math.max(...found))]).toBe(4);
    expect(Math.max(...found)).toBeGreaterThan(0.7);
  });

  it("is undefined for a series that does not move", () => {
    expect(laggedCorrelation(leader, { times: [1, 2], values: [5, 5] }, 1)).toBeUndefined();
  });
});

describe("leadLagRatio", () => {
  it("is above 1 for the leader, and its inverse the other way round", () => {
    const ratio = leadLagRatio(leader, follower, LAGS) ?? Number.NaN;
    expect(ratio).toBeGreaterThan(10);
    expect(leadLagRatio(follower, leader, LAGS)).toBeCloseTo(1 / ratio, 9);
  });

  it("is undefined where nothing is to be seen", () => {
    expect(leadLagRatio(leader, { times: [1, 2], values: [5, 5] }, LAGS)).toBeUndefined();
  });
});
