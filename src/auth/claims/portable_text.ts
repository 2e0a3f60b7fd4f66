/**
 * Returns whether every reader gets the same text. UTF-8 cannot encode an unpaired surrogate, and some readers
 * end a string at NUL.
 */
export function isPortableText(text: string): boolean {
  return !text.includes("\0") && !/\p{Surrogate}/u.test(text);
}
