/** A part's text in a row: `core+17` is what came late for part `core`, with the event of sequence 17. */
export interface PartName {
  readonly name: string;
  /** `undefined` for the part itself. */
  readonly late: number | undefined;
}

/** Only a sequence as we print it counts, so that joining gives the same text again. */
export function splitPart(part: string): PartName {
  const plus = part.lastIndexOf("+");
  if (plus === -1) return { name: part, late: undefined };
  const late = Number(part.slice(plus + 1));
  const isSequence =
    Number.isSafeInteger(late) && late >= 0 && String(late) === part.slice(plus + 1);
  return isSequence ? { name: part.slice(0, plus), late } : { name: part, late: undefined };
}

/** The inverse of `splitPart`. */
export function joinPart({ name, late }: PartName): string {
  return late === undefined ? name : `${name}+${late}`;
}
