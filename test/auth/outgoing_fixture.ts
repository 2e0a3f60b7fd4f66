import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Name of the issuer, which only the proxy resolves. */
export const issuerHost = "id.example.com";

/** Makes a certificate of {@link issuerHost} that is its own, private authority. */
export function makeIssuerCertificate(): { readonly certFile: string; readonly keyFile: string } {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-issuer-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [certFile, keyFile] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-subj", "/CN=issuer", "-addext", `subjectAltName=DNS:${issuerHost},DNS:localhost`],
      ...["-keyout", keyFile, "-out", certFile],
    ],
    { stdio: "ignore" },
  );
  return { certFile, keyFile };
}

/** Starts an HTTPS server that responds with a JSON object. Resolves with its port. */
export async function startIssuer(files: { certFile: string; keyFile: string }): Promise<number> {
  const tls = { cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) };
  return await listen(createHttpsServer(tls, (_, response) => response.end('{"keys":[]}')));
}

/** A proxy that answers CONNECT. */
export interface TestProxy {
  readonly port: number;
  /** Targets of the tunnels that it was asked for. */
  readonly targets: readonly string[];
  /** Values of `proxy-authorization`. */
  readonly credentials: readonly (string | undefined)[];
}

/**
 * Starts a proxy that leads every tunnel to a port of this machine.
 *
 * @param status Status of its responses. It opens a tunnel if this is 200, and does not respond if it is 0.
 */
export async function startProxy(targetPort: number, status = 200): Promise<TestProxy> {
  const targets: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server = createHttpServer();
  server.on("connect", (request: IncomingMessage, socket) => {
    targets.push(request.url ?? "");
    credentials.push(request.headers["proxy-authorization"]);
    if (status === 0) return;
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const upstream = connect(targetPort, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  return { port: await listen(server), targets, credentials };
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on("connection", (socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return (server.address() as AddressInfo).port;
}
