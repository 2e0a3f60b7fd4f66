/** Returns whether the text has more than `max` characters, counted as code points: an emoji is one or a few, not its UTF-16 units. */
export function hasMoreCodePoints(text: string, max: number): boolean {
  // A character has one or two units, so that most texts need not be walked.
  if (text.length <= max) return false;
  if (text.length > 2 * max) return true;
  return [...text].length > max;
}
