import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { ClientCertificate } from "../../auth/app_authenticator.js";
import { forwardedKey } from "../../base/forwarded_call.js";
import type { ServerCall } from "./running_call.js";
import { parseAltNames } from "./subject_alt_names.js";

/** The certificates that clients have presented. */
export interface ClientCertificates {
  /** Reads the certificate of a connection, once. */
  read(session: Http2Session): void;
  /** Returns the certificate of the connection of a call, as one that is not accepted if the call is forwarded. */
  ofCall(call: ServerCall): ClientCertificate | undefined;
  /** Returns the certificate of the connection of a stream, likewise. */
  ofStream(session: Http2Session | undefined, headers: IncomingHttpHeaders): ClientCertificate | undefined;
}

/** Certificate of a call that a gateway forwards with the credential of its caller, whose certificate is unknown. */
const ofForwarder: ClientCertificate = {
  names: [],
  validTo: Number.POSITIVE_INFINITY,
  failure: "it is that of the gateway that forwards the call",
};

/** Creates the certificates of a server. */
export function createClientCertificates(): ClientCertificates {
  const certificates = new WeakMap<Http2Session, ClientCertificate>();
  function ofSession(session: Http2Session | undefined, isForwarded: boolean): ClientCertificate | undefined {
    const certificate = session && certificates.get(session);
    return certificate && isForwarded ? ofForwarder : certificate;
  }
  return {
    read(session) {
      const certificate = readCertificate(session.socket as TLSSocket);
      if (certificate) certificates.set(session, certificate);
    },
    ofCall(call) {
      return ofSession(sessionOf(call), call.metadata.get(forwardedKey).length > 0);
    },
    ofStream(session, headers) {
      return ofSession(session, headers[forwardedKey] !== undefined);
    },
  };
}

function readCertificate(socket: TLSSocket): ClientCertificate | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  const validTo = Date.parse(certificate.validTo);
  // `authorized` alone would not do: it is also true for a resumed session without a certificate.
  const failure = socket.authorized ? undefined : String(socket.authorizationError);
  return { names: failure === undefined ? parseAltNames(certificate.subjectAltName) : [], validTo, failure };
}

/**
 * Returns the session of a call. grpc-js itself offers only the certificate as an object, which it makes for every
 * call, and not whether it is trusted.
 */
function sessionOf(call: ServerCall): Http2Session | undefined {
  const { stream } = (call as unknown as { readonly call: { readonly stream?: ServerHttp2Stream } }).call;
  return stream?.session;
}
