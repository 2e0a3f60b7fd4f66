/**
 * Returns the candidate that `word` was probably meant to be, if one is close: case, hyphens, or up to two
 * letters differ.
 */
export function suggestSpelling(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, wrong: editDistance(normalize(word), normalize(candidate)) }))
    .filter(({ candidate, wrong: distance }) => distance <= Math.min(2, candidate.length / 3))
    .sort((a, b) => a.wrong - b.wrong);
  return best?.candidate;
}

const normalize = (word: string): string => word.replaceAll(/[-_]/g, "").toLowerCase();

/** Returns the number of letters to insert, delete or replace (Levenshtein distance). */
function editDistance(a: string, b: string): number {
  // A word this long is no misspelt key, and the work grows with the square of the length.
  if (a.length > 64) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[column], row[column + 1], row[column]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
