import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { limitPipelining, takeTurns } from "../../src/gateway/request_turns.js";
import { eventually } from "../support/eventually.js";
import { eventsPath } from "./browser.js";
import { sendRequest } from "./http.js";
import { browser, gateway, restartGateway, setUpGateway } from "./setup.js";

/** The number of requests that start in one turn. */
const startsPerTurn = 16;

/** Sends requests to a listener that takes turns, and records the addresses of those that were handled. */
function setUp() {
  const handled: string[] = [];
  const addressOf = (request: IncomingMessage) => request.url ?? "";
  const listener = takeTurns((request) => void handled.push(addressOf(request)), addressOf);
  function send(address: string, count = 1) {
    const requests = Array.from({ length: count }, () => Object.assign(new EventEmitter(), { url: address }));
    for (const request of requests) listener(request as unknown as IncomingMessage, {} as ServerResponse);
    return requests;
  }
  return { handled, send };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe("requests that take turns", () => {
  it("are handled at once while this turn has starts left", () => {
    const { handled, send } = setUp();
    send("a", startsPerTurn);
    expect(handled).toHaveLength(startsPerTurn);
  });

  it("handles another address's request in the next turn, whatever the first address has sent", async () => {
    const { handled, send } = setUp();
    send("a", 1_000);
    send("b");
    expect(handled).not.toContain("b");
    await nextTurn();
    expect(handled).toHaveLength(2 * startsPerTurn);
    expect(handled).toContain("b");
  });

  it("never handles a request whose connection closed while it waited", async () => {
    const { handled, send } = setUp();
    send("a", startsPerTurn);
    for (const request of send("gone", 100)) request.emit("close");
    send("b");
    await nextTurn();
    expect(handled.slice(startsPerTurn)).toEqual(["b"]);
  });
});

describe("requests on one connection", () => {
  /** Starts a server whose listener leaves the responses to the test. Returns them, and a connected socket. */
  async function connectToServer() {
    const responses: ServerResponse[] = [];
    const listener: RequestListener = (_request, response) => void responses.push(response);
    const server = createServer(limitPipelining(listener)).listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setEncoding("utf8");
    let received = "";
    socket
      .on("error", () => {})
      .on("data", (text) => {
        received += text;
      });
    onTestFinished(() => {
      socket.destroy();
      server.close();
      server.closeAllConnections();
    });
    const send = (count: number) => socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(count));
    return { responses, send, socket, received: () => received };
  }

  it("are handled one after the other, each after the response to the one before", async () => {
    const { responses, send, received } = await connectToServer();
    send(3);
    for (const [index, text] of ["one", "two", "three"].entries()) {
      await eventually(() => expect(responses).toHaveLength(index + 1));
      responses[index]?.end(text);
      await eventually(() => expect(received()).toContain(text));
    }
    send(1);
    await eventually(() => expect(responses).toHaveLength(4));
  });

  it("close the connection if too many wait, and only the first one is handled", async () => {
    const { responses, send, socket } = await connectToServer();
    const closed = new Promise((resolve) => socket.once("close", resolve));
    send(1_000);
    await closed;
    expect(responses).toHaveLength(1);
  });

  it("are not handled after a response that closes the connection: their responses would never end", async () => {
    const { responses, send, socket } = await connectToServer();
    const closed = once(socket, "close");
    send(3);
    await eventually(() => expect(responses).toHaveLength(1));
    responses[0]?.setHeader("connection", "close").end("one");
    await closed;
    await nextTurn();
    expect(responses).toHaveLength(1);
  });

  it("are not handled once the connection is closed", async () => {
    const { responses, send, socket } = await connectToServer();
    send(3);
    await eventually(() => expect(responses).toHaveLength(1));
    const closed = once(responses[0] as ServerResponse, "close");
    socket.destroy();
    await closed;
    await nextTurn();
    expect(responses).toHaveLength(1);
  });
});

describe("a gateway", () => {
  setUpGateway();

  /** Connects to the gateway, and waits for the response to a first request. Returns a function that sends another. */
  async function connectAs(address: string, onResponse: (address: string) => void) {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname).on("error", () => {});
    onTestFinished(() => void socket.destroy());
    const send = () =>
      socket.write(`GET /healthz HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\n\r\n`);
    send();
    await once(socket, "data");
    socket.on("data", () => onResponse(address));
    return { socket, send };
  }

  it("lets addresses take turns, however many connections one of them has", async () => {
    await restartGateway({ trustedProxies: ["127.0.0.1"] });
    const answered: string[] = [];
    const onResponse = (address: string) => void answered.push(address);
    const many = await Promise.all(Array.from({ length: 100 }, () => connectAs("192.0.2.1", onResponse)));
    const other = await connectAs("192.0.2.2", onResponse);
    // The gateway runs in this process, so it reads nothing before all requests have been sent.
    for (const { send } of [...many, other]) send();
    await eventually(() => expect(answered).toHaveLength(101));
    expect(answered.indexOf("192.0.2.2")).toBeLessThan(50);
  });

  it("opens no event stream behind one that closes the connection, where nobody could read it", async () => {
    await restartGateway({ limits: { streams: 8, streamsPerAddress: 1 } });
    const [first, second] = [await browser.create(), await browser.create()];
    const { hostname, port, host } = new URL(gateway.url);
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    const requestOf = (handle: string) =>
      `GET ${eventsPath(handle)} HTTP/1.1\r\nhost: ${host}\r\nsec-fetch-site: same-origin\r\ncookie: ${cookie}\r\n\r\n`;
    const socket = connect(Number(port), hostname).on("error", () => {});
    onTestFinished(() => void socket.destroy());
    socket.write(requestOf(first.handle) + requestOf(second.handle));
    await once(socket.setEncoding("utf8"), "data");
    const closed = once(socket, "close");
    socket.resume();
    await browser.withdraw(first.handle);
    await closed;
    const event = await browser.events(second.handle).next();
    expect([event?.type, event?.data.state]).toEqual(["status", "PENDING"]);
  });

  it("handles a request with an unknown expectation like any other, so that these count too", async () => {
    const { status } = await sendRequest(`${gateway.url}/healthz`, { headers: { expect: "nothing" } });
    expect(status).toBe(200);
  });

  it("closes a connection that sends many requests without waiting", async () => {
    const answered: string[] = [];
    const { socket, send } = await connectAs("192.0.2.1", (address) => answered.push(address));
    const closed = once(socket, "close");
    for (let count = 0; count < 100; count++) send();
    await closed;
    expect(answered.length).toBeLessThan(100);
  });
});
