import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { exchangeTicketOf, newSecret } from "../../src/domain/secrets.js";
import { basic } from "../support/callers.js";
import { flushPromises } from "../support/clock.js";
import { collectGarbage } from "../support/collect_garbage.js";
import { countOutcomes, createSeededRandom } from "../support/fuzzing.js";
import { newHandleKey, startTestGateway, type TestGateway } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { api, openBrowser } from "./browser.js";
import { createCountingStore } from "./counting_store.js";
import { type Garbage, garbageMaker, type Known } from "./garbage.js";
import { sendRequest } from "./http.js";

const seed = Number(process.env.QRLOGIN_FUZZ_SEED ?? 1 + (Date.now() % 1_000_000_000));
const requests = Number(process.env.QRLOGIN_FUZZ_REQUESTS ?? 10_000);
const concurrency = 50;
/**
 * Largest growth of memory from the first third of the requests to the end, in bytes, including the logs,
 * which are kept.
 */
const mostGrowth = 32 * 2 ** 20;

const store = createCountingStore();
const warnings: string[] = [];
const onWarning = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);

let server: TestServer;
let gateway: TestGateway;
let known: Known;

beforeAll(async () => {
  process.on("warning", onWarning);
  const settings = { store: { maxTickets: 1_000 } };
  server = await startTestServer({ settings, store: store.wrap });
  const plenty = { ticketsPerMinute: 1e7, callsPerMinute: 1e7, streams: 1_000 };
  const appOptions = {
    shop: {
      exchangeFromBrowser: true,
      fullUserInStatus: true,
      origins: ["https://shop.example.com", "http://localhost:*"],
    },
    blog: { bindToBrowser: false, pollByTicketId: true, exchangeFromBrowser: true },
  };
  const options = { limits: plenty, appOptions, trustedProxies: ["127.0.0.1"], handleKeys: [newHandleKey()] };
  gateway = await startTestGateway(server.address, {
    ...options,
    heartbeatIntervalMs: 1_000,
    clock: hastyClock,
  });
  known = await someTickets();
});

afterAll(async () => {
  await gateway.stop();
  await server.stop();
  process.off("warning", onWarning);
});

/** Creates tickets of a few browsers, so that some requests are almost valid. */
async function someTickets(): Promise<Known> {
  const found = { browsers: [{ cookie: "", handles: [""] }], pictures: [""], texts: [""] };
  for (let count = 0; count < 20; count++) {
    const browser = openBrowser(gateway.url);
    const handles: string[] = [];
    for (const appId of ["shop", "blog"]) {
      const { handle, ticketId, qrContent, pictures } = await browser.create({ appId });
      handles.push(handle);
      found.pictures.push(pictures.svg, pictures.png);
      found.texts.push(ticketId, qrContent, exchangeTicketOf(ticketId, newSecret()));
    }
    const gene = await browser.post("/api/v2/qrcode/gene", {});
    const { random } = (gene.json.data ?? {}) as { random?: string };
    if (random !== undefined) handles.push(random);
    found.browsers.push({ cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; "), handles });
  }
  return {
    ...found,
    credentials: [basic("shop", appSecrets.shop), basic("shop", "wrong"), "Bearer a.b.c", "Basic Og=="],
    origins: [
      gateway.url,
      "https://shop.example.com",
      "http://localhost:3000",
      "null",
      "https://evil.example.com",
    ],
  };
}

/** Shortens long waits, since watches otherwise continue for their idle time-out. */
const hastyClock: Clock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms < 20_000 ? ms : ms / 20, callback),
};

/**
 * Resolves with the status of the response, or with the connection error. Disconnects from a response that
 * would continue.
 */
function send({ method, path, headers, body }: Garbage): Promise<number | string> {
  return new Promise((resolve) => {
    const [host, port] = gateway.address.split(":");
    // Node.js sends no length for the body of a GET, so the body would be read as the next request.
    const length = body && { "content-length": String(body.length) };
    const sent = request({ host, port, method, path, agent: false, headers: { ...headers, ...length } });
    sent.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      if (response.headers["content-type"] === "text/event-stream") response.destroy();
      else response.resume();
      response.on("error", () => {});
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

function fuzz(count: number, from: number): Promise<Map<number | string, number>> {
  const next = garbageMaker(createSeededRandom(from), known);
  return countOutcomes(count, concurrency, () => send(next()));
}

/** Returns the log lines of internal errors, with their causes. */
function faults(): unknown[] {
  return gateway.lines.filter(({ level }) => Number(level) >= 40).map(({ msg, err }) => ({ msg, err }));
}

async function memoryAtRest(): Promise<number> {
  for (let turns = 0; turns < 20; turns++) await flushPromises();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe(`garbage from the seed ${seed} (QRLOGIN_FUZZ_SEED repeats it)`, () => {
  it(`${requests} random requests to all routes cause no internal error and no memory leak`, async () => {
    const ends = await fuzz(Math.ceil(requests / 3), seed);
    const before = await memoryAtRest();
    for (const [end, count] of await fuzz(Math.floor((requests * 2) / 3), seed + 1)) {
      ends.set(end, (ends.get(end) ?? 0) + count);
    }
    const unexpected = [...ends.keys()].filter((end) => typeof end === "string" || end >= 500);
    expect({ unexpected, faults: faults() }).toEqual({ unexpected: [], faults: [] });
    expect((await memoryAtRest()) - before).toBeLessThan(mostGrowth);
    // Otherwise the requests were too malformed to prove anything.
    for (const usual of [200, 400, 403, 404, 415]) expect(ends.get(usual), `${usual}`).toBeGreaterThan(0);
    if (requests >= 10_000) for (const rare of [201, 401, 413]) expect(ends.get(rare)).toBeGreaterThan(0);
  }, 300_000);

  it("half requests, pipelined garbage and broken lines get 400 or a closed connection", async () => {
    const chance = createSeededRandom(seed);
    const right = `GET ${api}/tickets/status HTTP/1.1\r\nhost: x\r\n\r\n`;
    const post = `POST ${api}/tickets HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n`;
    const pieces: readonly (() => string)[] = [
      () => right,
      () => right.slice(0, chance.integerBelow(right.length)),
      () => chance.bytes(chance.integerBelow(200)).toString("latin1"),
      () => `${post}content-length: 5\r\n\r\n{"a"`,
      () => `${post}content-length: -1\r\n\r\n`,
      () => `${post}content-length: 3\r\ncontent-length: 4\r\n\r\nnull`,
      () => `${post}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      () => `${post}transfer-encoding: chunked\r\n\r\nzz\r\n`,
      () => `${post}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n`,
      () => `${post}x: ${"y".repeat(20_000)}\r\n\r\n`,
      () => right.replace("host: x", `${"a: b\r\n".repeat(3_000)}host: x`),
      () => right.replace("HTTP/1.1", chance.pick(["HTTP/0.9", "HTTP/2.0", "HTTP/9.9", "", "SMTP"])),
      () =>
        right.replace(
          "host: x\r\n",
          chance.pick(["", "host: a\r\nhost: b\r\n", "host: \x00\r\n", "host:\r\n"]),
        ),
      () => right.replace("GET", chance.pick(["get", "CONNECT", "TRACE", "PRI", "QUERY", "\x00"])),
      () =>
        right.replace(
          api,
          chance.pick(["http://evil.example.com/", "*", "//", "\\", "/%", "/?%", "/\x80\xff"]),
        ),
      () => right.replace("\r\n\r\n", `\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`),
      () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    const statuses = new Set<string>();
    for (let round = 0; round < Math.min(500, requests / 10); round++) {
      const bytes = Array.from({ length: 1 + chance.integerBelow(4) }, () => chance.pick(pieces)()).join("");
      for (const [, status = ""] of (await exchangeRaw(bytes)).matchAll(/^HTTP\/1\.1 (\d+)/gm))
        statuses.add(status);
    }
    expect([...statuses].filter((status) => status >= "500")).toEqual([]);
    expect(statuses).toContain("400");
    expect(faults()).toEqual([]);
  });

  it("only idle watches remain after the random requests, and Node.js has emitted no warning", async () => {
    await expect.poll(store.openWatches).toBe(0);
    expect(warnings).toEqual([]);
  });

  it("the gateway still answers after the random requests", async () => {
    expect((await sendRequest(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await sendRequest(`${gateway.url}/.well-known/jwks.json`)).status).toBe(200);
  });
});

/** Sends these bytes, ends the connection, and resolves with the response. */
async function exchangeRaw(bytes: string): Promise<string> {
  const [host, port] = gateway.address.split(":");
  const socket = connect({ host, port: Number(port) });
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  // A reset connection also counts as a response.
  socket.on("error", () => {});
  socket.end(bytes, "latin1");
  await withTimeout(once(socket, "close"), "`close` of the socket");
  return text;
}
