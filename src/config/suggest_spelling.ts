/** The word that `word` was most likely meant to be, if one is close: another case or hyphen, or up to two letters wrong. */
export function suggestSpelling(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, wrong: editDistance(normalize(word), normalize(candidate)) }))
    .filter(({ candidate, wrong: distance }) => distance <= Math.min(2, candidate.length / 3))
    .sort((a, b) => a.wrong - b.wrong);
  return best?.candidate;
}

const normalize = (word: string): string => word.replaceAll(/[-_]/g, "").toLowerCase();

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  // Nobody means a known key with a word this long, and the work grows with the square.
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
