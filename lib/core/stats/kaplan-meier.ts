/** One life: how long it was seen, and whether it ended by the event or was merely no longer seen. */
export interface Lifetime {
  readonly time: number;
  readonly ended: boolean;
}

/** The curve after one of its steps. */
export interface SurvivalStep {
  readonly time: number;
  /** The share that lives past `time`. */
  readonly survival: number;
  /** Seen until just before `time`. */
  readonly atRisk: number;
}

/**
 * Kaplan and Meier's survival curve: a step at every time an event happened.
 *
 *     S(t) = Π over event times tᵢ ≤ t of (1 − dᵢ / nᵢ)
 *
 * Who leaves at the time of an event was at risk of it. Assumes that leaving says nothing about the
 * event; a quote is cancelled because the market moves, so show the rates by cause beside it.
 *
 * Source: Kaplan, Meier, JASA 53 (1958). Cost: O(n log n).
 */
export function kaplanMeier(lives: readonly Lifetime[]): readonly SurvivalStep[] {
  const ordered = lives.toSorted((a, b) => a.time - b.time);
  const steps: SurvivalStep[] = [];
  let survival = 1;
  for (let from = 0; from < ordered.length; ) {
    const { time } = ordered[from]!;
    let to = from;
    let ended = 0;
    for (; to < ordered.length && ordered[to]!.time === time; to += 1) {
      if (ordered[to]!.ended) ended += 1;
    }
    const atRisk = ordered.length - from;
    survival *= 1 - ended / atRisk;
    if (ended > 0) steps.push({ time, survival, atRisk });
    from = to;
  }
  return steps;
}

/** S(t) of a curve: 1 before its first step. */
export function survivalAt(steps: readonly SurvivalStep[], time: number): number {
  return steps.findLast((step) => step.time <= time)?.survival ?? 1;
}
