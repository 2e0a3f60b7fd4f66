import type { Explanation } from "../finding.js";

/** Texts of Node.js and OpenSSL about a failed connection, each with its cause and what to do; most specific first. */
const failures: readonly (readonly [RegExp, string, string])[] = [
  [
    /ENOTFOUND/,
    "the name has no address",
    "check the spelling of the name, and the DNS of this machine; behind a company network, check whether only a " +
      "proxy resolves it",
  ],
  [/EAI_AGAIN/, "the name server does not answer", "check /etc/resolv.conf and the network of this machine"],
  [
    /ECONNREFUSED/,
    "nothing listens at this address and port",
    "check the address, and whether that server is running",
  ],
  [
    /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL/,
    "there is no route to the address",
    "check the network, and IPv6 if the name has addresses of both kinds",
  ],
  [
    /ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|TimeoutError|aborted due to timeout|longer than \d+ ms|no reply within/,
    "no answer in time",
    "check the firewalls on the way, and whether a proxy is needed",
  ],
  [
    /CERT_HAS_EXPIRED|certificate has expired|CERT_NOT_YET_VALID/,
    "its certificate has expired, or is not valid yet",
    "renew the certificate, or correct the clock of this machine",
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID|altnames/,
    "its certificate is for other names",
    "use an address that the certificate names, or a certificate with this name",
  ],
  [
    /SELF_SIGNED|self-signed|UNABLE_TO_(VERIFY|GET)|unable to (verify|get)/,
    "the issuer of its certificate is not trusted, or the server leaves out an intermediate certificate",
    "let the server send its whole chain; for your own authority, name its certificate (NODE_EXTRA_CA_CERTS, or the " +
      "caFile of this connection)",
  ],
  [
    /wrong version number|WRONG_VERSION_NUMBER|packet length too long/,
    "the port does not speak TLS",
    "use the port for TLS, or switch TLS off for this connection",
  ],
  [
    /ALERT_CERTIFICATE_REQUIRED|CERTIFICATE_REQUIRED|alert (certificate|bad certificate)/i,
    "the server requires a client certificate",
    "configure a client certificate for this connection",
  ],
  [
    /ECONNRESET|EPIPE|socket hang up|other side closed|UND_ERR_SOCKET/,
    "the connection was closed before any answer",
    "check whether the port expects TLS, and whether a proxy has a server behind it",
  ],
];

/** Returns cause and remedy of a failed connection. The cause of an unknown one is its own text. */
export function explainConnectionFailure(error: unknown): Explanation {
  const texts = textsOf(error);
  const text = texts.join(" ");
  const proxyFailure = texts.find((one) => one.startsWith("The proxy "));
  if (proxyFailure) return { cause: proxyFailure, remedy: "check outgoing.proxy and outgoing.noProxy" };
  const known = failures.find(([pattern]) => pattern.test(text));
  if (known) return { cause: known[1], remedy: known[2] };
  return { cause: texts.at(-1) };
}

/** Returns code and message of an error, and of its causes. */
function textsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const code = "code" in error ? [String(error.code)] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(textsOf) : [];
  const cause = error.cause === undefined ? [] : textsOf(error.cause);
  return [error.name, ...code, error.message, ...inner, ...cause];
}
