/** Pattern of a scheme, a host, an optional port and nothing else. A URL parser alone would accept and drop a path. */
const originPattern = /^[a-z][a-z0-9+.-]*:\/\/(\[[0-9a-f:.]+\]|[^\s/?#@\\:[\]]+)(:\d{1,5})?$/i;

/** Length of the longest origin that is parsed, in characters; a host name has at most 253. */
const maxLength = 280;

/**
 * Returns a web origin as browsers write it (RFC 6454, section 6.2): lower case, IDNA in ASCII, no default port.
 * Returns undefined if the text is not an http or https origin, such as `null`, a list, or a URL with a path.
 */
export function parseWebOrigin(text: string): string | undefined {
  if (text.length > maxLength || !originPattern.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, origin } = new URL(text);
  return protocol === "https:" || protocol === "http:" ? origin : undefined;
}
