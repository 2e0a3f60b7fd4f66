import type { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { request as requestTls } from "node:https";
import { createServer } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Address, parseAddress } from "../../base/address.js";
import { describeListenError } from "../../base/listen_error.js";
import type { Config } from "../../config/config.js";
import { parseCertificates } from "../../config/files/certificates.js";
import { readTextFile } from "../../config/files/read_file.js";
import { type Check, type Finding, findingsOf } from "../finding.js";
import { probeCertificate, probeGrpcPort, reachableHost } from "../probes/probe_grpc_port.js";

/** Listener in the configuration. */
interface Listener {
  readonly setting: string;
  readonly address: string;
  readonly tls: { readonly certFile: string } | undefined;
  /** Asks the program that listens there. Rejects if it is none of ours. */
  ask(address: Address, useTls: boolean, signal: AbortSignal): Promise<Answer>;
}

interface Answer {
  readonly isServing: boolean;
  readonly text: string;
  /** Fingerprint (SHA-256) of the certificate. */
  readonly fingerprint: string | undefined;
}

/** Returns the check that the address of the service is free, or served by a service already. */
export function grpcPortCheck({ grpc }: Pick<Config, "grpc">): Check {
  return portCheck({
    ...{ setting: "grpc.address", address: grpc.address, tls: grpc.tls },
    async ask(address, useTls, signal) {
      if (grpc.tls?.clientCertificates === "required") {
        const fingerprint = await probeCertificate(address, signal);
        const text = "a server with TLS; it requires client certificates, so its health was not asked";
        return { isServing: true, text, fingerprint };
      }
      const { health, fingerprint } = await probeGrpcPort(address, useTls, signal);
      if (health === undefined) throw new Error("no health service");
      return { isServing: health === "SERVING", text: `a gRPC service reports ${health}`, fingerprint };
    },
  });
}

/** Returns the check that the address of the gateway is free, or served by a gateway already. */
export function gatewayPortCheck(gateway: NonNullable<Config["gateway"]>): Check {
  return portCheck({
    ...{ setting: "gateway.address", address: gateway.address, tls: gateway.tls },
    ask: askGateway,
  });
}

function portCheck(listener: Listener): Check {
  const { setting, address: text, tls } = listener;
  const { ok, warning, failed } = findingsOf(setting);
  return {
    name: setting,
    async run({ timeout }) {
      const address = parseAddress(text);
      if (!address) return [failed(`${text} has not the form HOST:PORT`)];
      if (address.port === 0) return [ok(`${text}: the system chooses a free port`)];
      const code = await tryToListen(address);
      if (code === undefined) return [ok(`${text} is free: nothing listens there yet`)];
      if (code !== "EADDRINUSE") return [failed(`cannot listen on ${text}`, explainListenError(code))];
      let answer: Answer;
      try {
        answer = await listener.ask(address, tls !== undefined, AbortSignal.timeout(timeout));
      } catch {
        return [
          failed(`${text} is taken by a program that does not answer as configured`, {
            cause:
              `another program listens there, or one of qrlogin ${tls ? "without" : "with"} TLS, or with a ` +
              "client certificate required",
            remedy: `find it (ss -ltnp 'sport = :${address.port}'), and stop it or change ${setting}`,
          }),
        ];
      }
      return [
        answer.isServing
          ? ok(`${text}: ${answer.text}`)
          : warning(`${text}: ${answer.text}`, {
              cause: "it is starting or stopping, or cannot reach what it needs (the service, or Redis)",
              remedy: "see its log, and the other findings",
            }),
        ...compareCertificate(listener, answer.fingerprint),
      ];
    },
  };
}

/** Resolves with the code of the error if this process cannot listen on the address. */
async function tryToListen({ host, port }: Address): Promise<string | undefined> {
  const server = createServer();
  try {
    await once(server.listen({ host, port, exclusive: true }), "listening");
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
  server.close();
  await once(server, "close");
  return undefined;
}

function explainListenError(code: string) {
  const remedies: Readonly<Record<string, string>> = {
    EACCES: "use a port from 1024 on, or give the program CAP_NET_BIND_SERVICE",
    EADDRNOTAVAIL: "use an address of this machine, or 0.0.0.0 or [::] for all of them",
  };
  return { cause: describeListenError(code), remedy: remedies[code] };
}

/** Returns a finding if the running program serves another certificate than the file has. */
function compareCertificate({ setting, tls }: Listener, fingerprint: string | undefined): readonly Finding[] {
  const text = tls && readTextFile(tls.certFile);
  const certificates = text && "content" in text ? parseCertificates(text.content) : undefined;
  const expected = certificates?.[0];
  if (fingerprint === undefined || !expected || expected.fingerprint256 === fingerprint) return [];
  const { warning } = findingsOf(`certificate served at ${setting}`);
  return [
    warning("the running program serves another certificate than the one in certFile", {
      cause: `it has not read the file since it changed, which is valid until ${endOf(expected)}`,
      remedy: "let it reload the file, or restart it",
    }),
  ];
}

function endOf(certificate: X509Certificate): string {
  return new Date(certificate.validTo).toISOString();
}

/** Requests `/readyz`. Trusts every certificate: the request holds nothing secret. */
async function askGateway(address: Address, useTls: boolean, signal: AbortSignal): Promise<Answer> {
  const path = "/readyz";
  const host = reachableHost(address.host);
  const options = { host, port: address.port, path, signal, agent: false as const };
  const sent = useTls ? requestTls({ ...options, rejectUnauthorized: false }) : request(options);
  sent.end();
  const [response] = (await once(sent, "response", { signal })) as [IncomingMessage];
  response.resume();
  const { statusCode = 0, headers } = response;
  const isGateway = /json/.test(headers["content-type"] ?? "") && [200, 503].includes(statusCode);
  if (!isGateway) throw new Error(`${path} responded with status ${statusCode}`);
  const socket = response.socket as Partial<TLSSocket>;
  return {
    isServing: statusCode === 200,
    text: `a gateway responds to ${path} with ${statusCode}`,
    fingerprint: socket.getPeerCertificate?.().fingerprint256,
  };
}
