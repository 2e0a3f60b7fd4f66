import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TicketStore } from "../../../src/store/ticket_store.js";
import { basic, callersOf, createTestTicket, responseOrThrow } from "../../support/callers.js";
import { createManualClock, flushPromises } from "../../support/clock.js";
import { collectGarbage } from "../../support/collect_garbage.js";
import { countOutcomes, createSeededRandom } from "../../support/fuzzing.js";
import { startTestGateway, type TestGateway } from "../../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../../support/server.js";
import { signToken, staff } from "../../support/tokens.js";
import { sendRequest } from "../http.js";
import { type KnownValues, type RpcGarbage, rpcGarbageMaker } from "./garbage.js";
import { envelopesOf, rpcPath } from "./rpc_calls.js";

const seed = Number(process.env.QRLOGIN_FUZZ_SEED ?? 1 + (Date.now() % 1_000_000_000));
const requests = Number(process.env.QRLOGIN_FUZZ_REQUESTS ?? 10_000);
const concurrency = 50;
/** Largest growth of memory from the first third of the requests to the end, in bytes, including the logs. */
const mostGrowth = 32 * 2 ** 20;

let server: TestServer;
let gateway: TestGateway;
let known: KnownValues;
let token: string;
let writes = 0;
const warnings: string[] = [];
const onWarning = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);

/** Counts the writes of the embedded store. */
const countWrites = (embedded: TicketStore): TicketStore => ({
  ...embedded,
  create: (...ticket) => {
    writes++;
    return embedded.create(...ticket);
  },
  replace: (...change) => {
    writes++;
    return embedded.replace(...change);
  },
});

beforeAll(async () => {
  process.on("warning", onWarning);
  // Time stands still at the service, so that the ticket does not expire on a slow machine.
  server = await startTestServer({ store: countWrites, clock: createManualClock(Date.now()) });
  gateway = await startTestGateway(server.address, {
    rpcMethods: ["MarkScanned", "Authorize", "Cancel", "WatchStatus"],
    limits: { callsPerMinute: 1e7 },
  });
  token = await signToken("alice");
  const callers = callersOf(server.client);
  const { ticketId } = await createTestTicket(callers.app("shop"));
  responseOrThrow(await callers.user(token).markScanned({ $case: "ticketId", value: ticketId }));
  const foreign = await signToken("alice", staff);
  known = {
    ticketId,
    validBody: JSON.stringify({ ticketId }),
    accepted: [`Bearer ${token}`, basic("shop", appSecrets.shop)],
    rejected: [
      "Bearer a.b.c",
      "Basic Og==",
      "Basic",
      "x",
      `Bearer ${foreign}`,
      basic("shop", "wrong"),
      "Bearer \xff",
    ],
  };
  writes = 0;
});

afterAll(async () => {
  await gateway.stop();
  await server.stop();
  process.off("warning", onWarning);
});

/** Resolves with a short description of the response: the error's code, or what is wrong with the response. */
function send(garbage: RpcGarbage): Promise<string> {
  const { method, path, headers, body, isCutOff } = garbage;
  return new Promise((resolve, reject) => {
    const [host, port] = gateway.address.split(":");
    const length = { "content-length": String(body.length + (isCutOff ? 10 : 0)) };
    const sent = request({ host, port, method, path, agent: false, headers: { ...headers, ...length } });
    sent.on("response", (response) => {
      const {
        statusCode: status = 0,
        headers: { "content-type": contentType = "" },
      } = response;
      const ended = buffer(response).then((bytes) => describeResponse(garbage, status, contentType, bytes));
      ended.then(resolve, (error) => (isCutOff ? resolve("cut off") : reject(error)));
    });
    sent.on("error", (error: NodeJS.ErrnoException) =>
      resolve(isCutOff ? "cut off" : (error.code ?? error.message)),
    );
    if (isCutOff) sent.write(body, () => setImmediate(() => sent.destroy()));
    else sent.end(body);
  });
}

function describeResponse(
  { method, path }: RpcGarbage,
  status: number,
  contentType: string,
  bytes: Buffer,
): string {
  if (method === "HEAD" && status >= 400) return "no body";
  // fastify cannot decode such a path, so the request does not reach these routes.
  if (status === 400 && path.includes("%zz")) return "no route";
  if (contentType.startsWith("application/json")) {
    const { code, message } = JSON.parse(String(bytes)) as { code?: unknown; message?: unknown };
    const isError =
      status >= 400 && typeof code === "string" && typeof message === "string" && message !== "";
    return isError ? `json ${code}` : `${status}: ${bytes}`;
  }
  if (contentType.startsWith("application/grpc-web") || contentType.startsWith("application/connect+")) {
    const [first, ...others] = envelopesOf(bytes);
    const text = String(first?.data);
    const code = /grpc-status: (\d+)/.exec(text)?.[1] ?? /"code":"(\w+)"/.exec(text)?.[1] ?? "0";
    return status === 200 && others.length === 0 && code !== "0" ? `envelope ${code}` : `${status}: ${text}`;
  }
  return `${status} ${contentType}: ${bytes}`;
}

function fuzz(count: number, from: number): Promise<Map<string, number>> {
  const next = rpcGarbageMaker(createSeededRandom(from), known);
  return countOutcomes(count, concurrency, () => send(next()));
}

async function memoryAtRest(): Promise<number> {
  for (let turns = 0; turns < 20; turns++) await flushPromises();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Ends that a request may have. Neither protocol may answer `internal`, by name or by number. */
const expected =
  /^(json (?!internal|unknown)\w+|envelope (?!internal|unknown|13$|2$)\w+|no body|cut off|no route)$/;

describe(`garbage from the seed ${seed} (QRLOGIN_FUZZ_SEED repeats it)`, () => {
  it(`${requests} random requests get one error each, change nothing and leave no memory behind`, async () => {
    const ends = await fuzz(Math.ceil(requests / 3), seed);
    const before = await memoryAtRest();
    for (const [end, count] of await fuzz(Math.floor((requests * 2) / 3), seed + 1)) {
      ends.set(end, (ends.get(end) ?? 0) + count);
    }
    const faults = gateway.lines.filter(({ level }) => Number(level) >= 40);
    const unexpected = [...ends.keys()].filter((end) => !expected.test(end));
    expect({ unexpected, faults, warnings, writes }).toEqual({
      unexpected: [],
      faults: [],
      warnings: [],
      writes: 0,
    });
    expect((await memoryAtRest()) - before).toBeLessThan(mostGrowth);
    // Otherwise the requests were too malformed to prove anything. Rarer ends may be missing by chance.
    for (const usual of ["invalid_argument", "unauthenticated", "unimplemented", "permission_denied"]) {
      expect(ends.get(`json ${usual}`), usual).toBeGreaterThan(0);
    }
    for (const usual of ["3", "7", "8", "12"])
      expect(ends.get(`envelope ${usual}`), usual).toBeGreaterThan(0);
    if (requests >= 10_000) expect(ends.get("json resource_exhausted")).toBeGreaterThan(0);
  }, 300_000);

  it("a valid call still works after the random requests", async () => {
    const response = await sendRequest(gateway.url + rpcPath("Authorize"), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: known.validBody,
    });
    expect([response.status, response.json.state]).toEqual([200, "TICKET_STATE_AUTHORIZED"]);
  });
});
