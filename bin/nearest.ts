/**
 * The known word that a mistyped one most likely meant: fewest single-character edits (Levenshtein), at most a third
 * of its length, ties to the first known.
 */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const word of known) {
    const edits = editDistance(typed, word);
    if (edits < fewest) {
      best = word;
      fewest = edits;
    }
  }
  return best;
}

/** Insertions, deletions and substitutions that turn `from` into `to`. */
export function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const substitution = from[row - 1] === to[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + substitution,
        ),
      );
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
