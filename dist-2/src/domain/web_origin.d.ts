/**
 * Returns a web origin as browsers write it (RFC 6454, section 6.2): lower case, IDNA in ASCII, without the default port.
 * Returns undefined for whatever is no http or https origin, such as `null`, a list, or a URL with a path.
 */
export declare function canonicalOrigin(text: string): string | undefined;
