/** Reports whether the text has more than `max` characters, counted as code points rather than UTF-16 units. */
export function hasMoreCodePoints(text: string, max: number): boolean {
  // A code point has one or two units, so most texts need not be walked.
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  return [...text].length > max;
}
