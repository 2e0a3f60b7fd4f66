/** Codes of Node.js for a certificate whose authority is not trusted. */
const untrustedCodes: readonly string[] = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** Codes of a connection that cannot be made. */
const connectCodes: readonly string[] = [
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
];

/**
 * Returns a message for a request whose failure the operator can mend: at the proxy, or by trusting an authority.
 * Returns `undefined` for every other failure. Never quotes the credential of the proxy.
 *
 * @param proxy Proxy of the request, if it has one.
 */
export function describeRequestFailure(
  error: unknown,
  uri: string,
  proxy: string | undefined,
): string | undefined {
  const causes = causesOf(error);
  const { host } = new URL(uri);
  const codes = causes.flatMap(({ code }) => (typeof code === "string" ? [code] : []));
  if (codes.some((code) => untrustedCodes.includes(code)))
    return `The certificate of ${host} is not from a trusted authority; name a private one in outgoing.caFile.`;
  if (codes.includes("CERT_HAS_EXPIRED")) return `The certificate of ${host} has expired.`;
  if (codes.includes("ERR_TLS_CERT_ALTNAME_INVALID"))
    return `The certificate of ${host} is for another name.`;
  if (proxy === undefined) return undefined;
  const proxyHost = new URL(proxy).host;
  // undici gives the status of the response in its text only.
  const status = causes
    .map(({ message }) => /^Proxy response \((\d+)\)/.exec(String(message))?.[1])
    .find(Boolean);
  if (status === "407")
    return `The proxy ${proxyHost} responded with status 407: it needs a name and a password in outgoing.proxy.`;
  if (status !== undefined)
    return `The proxy ${proxyHost} responded with status ${status} to a connection to ${host}; allow it there, or add the host to outgoing.noProxy.`;
  const code = codes.find((one) => connectCodes.includes(one));
  return code === undefined ? undefined : `The proxy ${proxyHost} cannot be reached (${code}).`;
}

interface ErrorFields {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Returns an error, its causes, and the errors of an AggregateError, from the outside in. */
function causesOf(error: unknown): ErrorFields[] {
  if (typeof error !== "object" || error === null) return [];
  const { cause, errors } = error as ErrorFields;
  return [error, ...causesOf(cause), ...(Array.isArray(errors) ? errors.flatMap(causesOf) : [])];
}
