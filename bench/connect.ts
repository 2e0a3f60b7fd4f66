import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MarkScannedRequest, MarkScannedResponse } from "../gen/qrlogin/v1/qr_login_service.js";
import { createAppClient, createApproverClient } from "../src/client/index.js";
import { parseRounds } from "./arguments.js";
import { type Call, createCaller, frameMessage, ticketRequest } from "./calls.js";
import { printRates, ratesHeading } from "./comparison.js";
import { type Concurrency, defaultConcurrency, grpcHeaders, load, type Measurement } from "./load.js";
import { credential, type Target } from "./servers.js";
import { startGateway, startSseService } from "./sse_servers.js";
import { userToken } from "./user_token.js";

// MarkScanned as JSON over the Connect protocol at the gateway, compared with the same call over gRPC at the
// service. The scanned ticket stays as it is.

/** One way to make the call. */
interface ComparedWay {
  readonly target: Target;
  readonly call: Call;
  readonly concurrency: Concurrency;
}

const { rounds, quick } = parseRounds(5);
const seconds = quick ? 1 : 3;
const path = "/qrlogin.v1.QrLoginService/MarkScanned";
const heartbeatMs = 15_000;

/** The same number of calls at a time. HTTP/1.1 carries one on each connection. */
const http1Concurrency: Concurrency = {
  connections: defaultConcurrency.connections * defaultConcurrency.callsPerConnection,
  callsPerConnection: 1,
};

/** Makes the call as JSON and checks the response. */
async function callAsJson(address: string, token: string, ticketId: string): Promise<Call> {
  const authorization = `Bearer ${token}`;
  const body = JSON.stringify({ ticketId });
  const headers = { "content-type": "application/json", authorization };
  const response = await fetch(`http://${address}${path}`, { method: "POST", headers, body });
  const text = await response.text();
  if (!response.ok || JSON.parse(text).ticketId !== ticketId) throw new Error(`MarkScanned failed: ${text}`);
  return {
    path,
    body: Buffer.from(body),
    responseBytes: Buffer.byteLength(text),
    headers: Object.entries(headers).map((header) => header.join(": ")),
    isHttp1: true,
  };
}

const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
try {
  const service = await startSseService(folder, heartbeatMs);
  stopping.push(service.stop);
  const caller = createCaller(service.address);
  await caller.ready().finally(caller.close);
  const gateway = await startGateway(folder, service.address, heartbeatMs);
  stopping.push(gateway.stop);

  const token = await userToken();
  const app = createAppClient({
    address: service.address,
    appId: credential.appId,
    appSecret: credential.secret,
  });
  const phone = createApproverClient({ address: service.address, token });
  stopping.push(app.close, phone.close);
  const { ticketId } = await app.createTicket(ticketRequest);
  const scanned = await phone.markScanned({ scanned: { $case: "ticketId", value: ticketId } });
  const request = MarkScannedRequest.encode({
    scanned: { $case: "ticketId", value: ticketId },
    capabilities: [],
  }).finish();
  const grpcCall: Call = {
    path,
    body: frameMessage(request),
    responseBytes: frameMessage(MarkScannedResponse.encode(scanned).finish()).length,
    headers: grpcHeaders(`Bearer ${token}`),
  };
  const both = {
    ...gateway,
    name: "Connect",
    cpuMicroseconds: () => gateway.cpuMicroseconds() + service.cpuMicroseconds(),
  };
  const jsonCall = await callAsJson(gateway.address, token, ticketId);
  const ways: readonly ComparedWay[] = [
    { target: { ...service, name: "gRPC" }, call: grpcCall, concurrency: defaultConcurrency },
    { target: both, call: jsonCall, concurrency: http1Concurrency },
  ];

  const run = ({ target, call, concurrency }: ComparedWay, duration: number) =>
    load(target, call, duration, join(folder, "body"), concurrency);
  const measured: Measurement[][] = ways.map(() => []);
  for (const way of ways) await run(way, 1);
  for (let round = 0; round < rounds; round++) {
    for (const [index, way] of ways.entries()) measured[index]?.push(await run(way, seconds));
  }
  await callAsJson(gateway.address, token, ticketId);

  console.log(
    `${rounds} x ${seconds} s, 128 calls at a time; ratios are medians of the rounds. CPU of Connect: gateway and service\n`,
  );
  console.log(ratesHeading);
  printRates(
    "markScanned",
    ways.map(({ target }) => target.name),
    measured,
  );
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  for (const stop of stopping.reverse()) await stop();
}
