/** An entry of Node.js's text, with a value that has no quotes, or one as a JSON string. */
const entry = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/**
 * Returns the URIs and the DNS names in the subject alternative names of a certificate, as `URI:…` and `DNS:…`, the
 * latter in lower case.
 *
 * Node.js has the names as one text only. It quotes a name with a comma or another special character; such a name is
 * left out, since no name of a configuration has any. A text of another form has no names.
 */
export function parseAltNames(text: string | undefined): readonly string[] {
  if (!text) return [];
  const names: string[] = [];
  entry.lastIndex = 0;
  while (entry.lastIndex < text.length) {
    const [, kind, value] = entry.exec(text) ?? [];
    if (kind === undefined || value === undefined) return [];
    if (kind === "URI" && !value.startsWith('"')) names.push(`URI:${value}`);
    if (kind === "DNS" && !value.startsWith('"')) names.push(`DNS:${value.toLowerCase()}`);
  }
  return names;
}
