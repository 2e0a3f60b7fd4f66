import { connect } from "node:net";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { rpcMethods } from "../../src/domain/rpc_methods.js";
import { createGatewayMetrics } from "../../src/metrics/gateway_metrics.js";
import { createMetricsRegistry, type MetricsRegistry } from "../../src/metrics/registry.js";
import { api, type Browser, eventsPath, openBrowser } from "../gateway/browser.js";
import { callRpc, rpcPath } from "../gateway/connect/rpc_calls.js";
import { openStream, sendRequest } from "../gateway/http.js";
import { browser, clock, gateway, restartGateway, server, setUpGateway } from "../gateway/setup.js";
import { newHandleKey, startTestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { samplesOf } from "./samples.js";

/** Promise that the store of the service awaits before it reads. */
let readable = Promise.resolve();

setUpGateway({
  service: {
    store: (embedded) => ({
      ...embedded,
      async get(id) {
        await readable;
        return embedded.get(id);
      },
    }),
  },
});

/** Makes reads of the store wait until the returned function is called, or the test ends. */
function holdReads(): () => void {
  let release = () => {};
  readable = new Promise((resolve) => {
    release = resolve;
  });
  onTestFinished(release);
  return release;
}

let registry: MetricsRegistry;
const samples = () => samplesOf(registry);

async function restart(options: TestGatewayOptions = {}): Promise<void> {
  registry = createMetricsRegistry();
  await restartGateway({ observer: createGatewayMetrics(registry), ...options });
}

beforeEach(() => restart());

/** Waits until all requests have been reported, which happens after their responses have arrived. */
const settled = () => expect.poll(async () => (await samples()).http_server_active_requests).toBe(0);

const cookieOf = ({ cookies }: Browser) => [...cookies].map((pair) => pair.join("=")).join("; ");

const requests = (method: string, route: string, statusClass: string) =>
  `qrlogin_gateway_requests_total{http_request_method="${method}",http_route="${route}",http_response_status_code="${statusClass}"}`;

describe("metrics of requests", () => {
  it("a request counts under its route, the class of its status, and the reason of its error", async () => {
    await browser.create();
    await browser.post(`${api}/tickets`, { appId: "nobody" });
    await browser.get("/healthz");
    await sendRequest(`${gateway.url}/healthz`, { method: "HEAD" });
    await sendRequest(`${gateway.url}${api}/tickets`, { method: "OPTIONS" });
    await settled();
    expect(await samples()).toMatchObject({
      [requests("POST", `${api}/tickets`, "2xx")]: 1,
      [requests("POST", `${api}/tickets`, "4xx")]: 1,
      'qrlogin_gateway_errors_total{reason="APP_UNKNOWN"}': 1,
      [requests("GET", "/healthz", "2xx")]: 2,
      [`http_server_request_duration_seconds_count{http_request_method="POST",http_route="${api}/tickets"}`]: 1,
      [requests("OPTIONS", "*", "4xx")]: 1,
    });
  });

  it("requests for paths without a route share their series, whatever their methods and paths", async () => {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"])
      for (const path of [`/${method}`, `${api}/${method}`, `${api}/tickets/${method}`])
        await (await fetch(`${gateway.url}${path}`, { method })).text();
    await settled();
    const counted = Object.entries(await samples()).filter(
      ([name, value]) => name.startsWith("qrlogin_gateway_requests_total") && value > 0,
    );
    expect(counted).toEqual([[requests("_OTHER", "unmatched", "4xx"), 15]]);
  });

  it("a request whose client is gone before the response counts as its own error", async () => {
    const { handle } = await browser.create();
    const release = holdReads();
    const path = `${api}/tickets/status`;
    const { host, port } = new URL(gateway.url);
    const headers = `host: ${host}\r\nqrlogin-handle: ${handle}\r\ncookie: ${cookieOf(browser)}`;
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\n${headers}\r\n\r\n`);
    await expect.poll(async () => (await samples()).qrlogin_gateway_watches).toBe(1);
    socket.destroy();
    await settled();
    expect(await samples()).toMatchObject({ [requests("GET", path, "4xx")]: 1 });
    release();
  });

  it("a call of Connect whose deadline has passed counts by its own reason", async () => {
    const { qrContent } = await browser.create();
    const release = holdReads();
    await callRpc("MarkScanned", { qrContent }, { "connect-timeout-ms": "50" });
    await settled();
    expect(await samples()).toMatchObject({
      'qrlogin_gateway_errors_total{reason="DEADLINE_EXCEEDED"}': 1,
      'qrlogin_gateway_errors_total{reason="other"}': 0,
    });
    release();
  });

  it("nobody can add a series: neither a sign-in, nor paths, methods, hosts, origins, apps or handles of a stranger", async () => {
    const atStart = Object.keys(await samples());
    const attack = async (variant: string) => {
      const headers = {
        origin: `https://${variant}.example`,
        "x-forwarded-for": `192.0.2.${variant.length}`,
      };
      const ask = (path: string, method = "GET", body?: string) =>
        sendRequest(gateway.url + path, {
          method,
          headers: {
            ...headers,
            host: `${variant}.example`,
            "user-agent": variant,
            "content-type": "application/json",
          },
          ...(body !== undefined && { body }),
        });
      for (const path of [
        `/${variant}`,
        `${api}/${variant}`,
        `${api}/pictures/${variant}.svg`,
        `/api/v3/${variant}`,
      ])
        for (const method of ["GET", "HEAD", "POST", "OPTIONS", "PURGE", "MKCOL"]) await ask(path, method);
      for (const path of [`${api}/tickets`, `${api}/tickets/events`, "/livez"])
        for (const method of ["GET", "HEAD", "PUT", "OPTIONS", "PURGE"]) await ask(path, method);
      await ask(rpcPath(variant), "POST", "{}");
      await ask(`${api}/tickets`, "POST", JSON.stringify({ appId: variant, scene: variant }));
      await ask(`${api}/origin?appId=${variant}`);
      await ask(`/api/v2/applications/${variant}/public-config`);
      await ask(`${api}/tickets/withdraw`, "POST", JSON.stringify({ handle: variant }));
      await ask(eventsPath(variant));
      await settled();
    };
    for (const variant of ["first", "%00second", "third%2f..", "..%2ffourth"]) await attack(variant);
    const { handle, pictures } = await browser.create();
    await browser.get(pictures.svg);
    await browser.status(handle);
    const stream = await openStream(gateway.url + eventsPath(handle), {
      headers: { cookie: cookieOf(browser) },
    });
    await stream.until("PENDING");
    stream.leave();
    for (const method of rpcMethods) await callRpc(method, {});
    await browser.withdraw(handle);
    await settled();
    expect(Object.keys(await samples())).toEqual(atStart);
    expect(atStart.length).toBeGreaterThan(500);
  });
});

describe("metrics of streams", () => {
  it("an event stream counts while it is open, and its duration is no duration of a request", async () => {
    const { handle } = await browser.create();
    const cookie = cookieOf(browser);
    const stream = await openStream(gateway.url + eventsPath(handle), { headers: { cookie } });
    await stream.until("PENDING");
    const route = `http_route="${api}/tickets/events"`;
    expect(await samples()).toMatchObject({
      [`qrlogin_gateway_streams{${route}}`]: 1,
      http_server_active_requests: 1,
      qrlogin_gateway_watches: 1,
    });
    stream.leave();
    await settled();
    const after = await samples();
    expect(after).toMatchObject({
      [`qrlogin_gateway_streams{${route}}`]: 0,
      [`qrlogin_gateway_stream_duration_seconds_count{${route}}`]: 1,
    });
    expect(
      Object.entries(after).filter(
        ([name, value]) => /^http_server|requests_total/.test(name) && name.includes(route) && value > 0,
      ),
    ).toEqual([]);
  });

  it("requests for the same ticket share a watch, and a watch ends without them", async () => {
    const { handle } = await browser.create();
    for (let polls = 0; polls < 3; polls++) await browser.status(handle);
    await browser.create();
    expect(await samples()).toMatchObject({
      'qrlogin_gateway_status_requests_total{watch="started"}': 1,
      'qrlogin_gateway_status_requests_total{watch="shared"}': 2,
      qrlogin_gateway_watches: 1,
    });
    clock.advance(20_000);
    await expect.poll(async () => (await samples()).qrlogin_gateway_watches).toBe(0);
  });
});

describe("metrics of the calls to the service", () => {
  it("a call counts under its method and code, also one that is forwarded for a phone", async () => {
    await browser.create();
    await callRpc("MarkScanned", { qrContent: "nonsense" });
    const of = (method: string, code: string) =>
      `{grpc_method="qrlogin.v1.QrLoginService/${method}",grpc_status="${code}"}`;
    expect(await samples()).toMatchObject({
      [`qrlogin_gateway_calls_total${of("CreateTicket", "OK")}`]: 1,
      [`qrlogin_gateway_calls_total${of("MarkScanned", "INVALID_ARGUMENT")}`]: 1,
      [`grpc_client_call_duration_seconds_count${of("CreateTicket", "OK")}`]: 1,
      [`grpc_client_call_duration_seconds_count${of("MarkScanned", "other")}`]: 1,
    });
  });
});

describe("metrics of handles and images", () => {
  it("a rejected handle counts by the reason, which no response tells", async () => {
    const { handle } = await browser.create();
    await openBrowser(gateway.url).status(handle);
    const otherTicket = openBrowser(gateway.url);
    await otherTicket.create();
    await otherTicket.status(handle);
    await browser.status("nonsense");
    const other = await startTestGateway(server.address, { clock, handleKeys: [newHandleKey()] });
    const foreign = await openBrowser(other.url).create();
    await other.stop();
    await browser.status(foreign.handle);
    clock.advance(3_601_000);
    await browser.status(handle);
    const of = (reason: string) => `qrlogin_gateway_handles_rejected_total{kind="handle",reason="${reason}"}`;
    const reasons = ["no_cookie", "other_browser", "invalid", "unknown_key", "expired"];
    expect(await samples()).toMatchObject(Object.fromEntries(reasons.map((reason) => [of(reason), 1])));
  });

  it("a handle of an app that is no longer configured is told apart", async () => {
    const handleKeys = [newHandleKey()];
    await restart({ handleKeys });
    const { handle } = await browser.create();
    const { cookies } = browser;
    await restart({ handleKeys, apps: [{ id: "blog", secret: "the secret of the blog" }] });
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    await browser.status(handle);
    expect(await samples()).toMatchObject({
      'qrlogin_gateway_handles_rejected_total{kind="handle",reason="unknown_app"}': 1,
    });
  });

  it("an image counts as cached from its second request on", async () => {
    const { pictures } = await browser.create();
    for (let requests = 0; requests < 3; requests++) await browser.get(pictures.svg);
    expect(await samples()).toMatchObject({
      'qrlogin_gateway_images_total{cached="false"}': 1,
      'qrlogin_gateway_images_total{cached="true"}': 2,
      'qrlogin_qr_image_duration_seconds_count{outcome="drawn"}': 1,
      qrlogin_qr_images_pending: 0,
    });
  });
});

describe("metrics of limits", () => {
  const limit = (name: string) => `qrlogin_gateway_limits_exceeded_total{limit="${name}"}`;
  const trustedProxies = ["127.0.0.1"];
  const from = (address: string) => openBrowser(gateway.url, { headers: { "x-forwarded-for": address } });

  it("a request over the limit of its address or network counts under the name of the limit", async () => {
    await restart({ limits: { ticketsPerMinute: 1, callsPerMinute: 1 }, trustedProxies });
    for (const host of [1, 1, 2, 3, 4, 5]) await from(`2001:db8:1:${host}::1`).post(`${api}/tickets`, {});
    for (let calls = 0; calls < 2; calls++) await browser.withdraw("nonsense");
    expect(await samples()).toMatchObject({
      [limit("requester_address")]: 1,
      [limit("requester_network")]: 1,
      [limit("calls_per_address")]: 1,
    });
  });

  it("a stream that finds no room counts, and so does one that must make room", async () => {
    await restart({ limits: { streams: 4 }, trustedProxies });
    const open = async (address: string) => {
      const visitor = from(address);
      const { handle } = await visitor.create();
      const headers = { "x-forwarded-for": address, cookie: cookieOf(visitor) };
      const stream = await openStream(`${gateway.url}${eventsPath(handle)}`, { headers });
      await stream.until("event: ");
    };
    for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.1"]) await open(address);
    expect(await samples()).toMatchObject({ [limit("streams_per_address")]: 1 });
    for (const address of ["192.0.2.2", "192.0.2.3", "192.0.2.4"]) await open(address);
    expect(await samples()).toMatchObject({ [limit("streams")]: 1 });
  });

  it("connections count while they are open, and those that are closed for a limit by its name", async () => {
    await restart({ limits: { connections: 3, connectionsPerAddress: 2 } });
    const { port } = new URL(gateway.url);
    const sockets = Array.from({ length: 3 }, () => connect(Number(port), "127.0.0.1"));
    await expect.poll(samples).toMatchObject({
      qrlogin_gateway_connections: 2,
      [limit("connections_per_address")]: 1,
    });
    sockets[0]?.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100));
    await expect.poll(samples).toMatchObject({ [limit("pipelined_requests")]: 1 });
    for (const socket of sockets) socket.destroy();
    await expect.poll(samples).toMatchObject({ qrlogin_gateway_connections: 0 });
  });
});
