import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { flushPromises } from "../support/clock.js";
import { collectGarbage } from "../support/collect_garbage.js";
import { withTimeout } from "../support/timeout.js";
import { eventsPath } from "./browser.js";
import { browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

/** Size of a status. The system's buffers are soon full of these. */
const megabyte = 2 ** 20;
const changes = 40;

/** Number of simulated writes so far. */
let written = 0;
const watching = new Set<() => void>();
let readers: Socket[] = [];
beforeEach(() => {
  written = 0;
  readers = [];
});

/** A store in which a test can write a ticket at will, with a nickname of one megabyte. */
function rewritingStore(embedded: TicketStore): TicketStore {
  return {
    ...embedded,
    async get(id) {
      const ticket = await embedded.get(id);
      if (!ticket || written === 0) return ticket;
      const scannedBy = { nickname: "x".repeat(megabyte), photo: "" };
      return { ...ticket, scannedBy, revision: 1 + written, writeId: `write-${written}` };
    },
    async subscribe(id, onChange) {
      const unsubscribe = await embedded.subscribe(id, onChange);
      watching.add(onChange);
      return () => {
        watching.delete(onChange);
        unsubscribe();
      };
    },
  };
}

setUpGateway({ service: { store: rewritingStore } });
// Before the set-up's own hook: the gateway waits for its connections, by a clock that stands still.
afterEach(() => {
  for (const reader of readers) reader.destroy();
});

/** Writes the ticket again, and waits until the gateway knows. */
async function write(handle: string): Promise<void> {
  written++;
  for (const onChange of watching) onChange();
  const revision = async () => (await browser.status(handle)).json.revision;
  await expect.poll(revision, { interval: 5 }).toBe(1 + written);
}

/** Opens a reader that requests events and does not read them. */
async function stalledReader(handle: string): Promise<Socket> {
  const [host, port] = gateway.address.split(":");
  const socket = connect({ host, port: Number(port) });
  readers.push(socket);
  await withTimeout(once(socket, "connect"), "`connect` of the socket");
  const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
  socket.pause();
  socket.write(`GET ${eventsPath(handle)} HTTP/1.1\r\nhost: ${gateway.address}\r\ncookie: ${cookie}\r\n\r\n`);
  return socket;
}

/** Returns the revisions of the received events, up to the last one. */
async function revisionsUntil(socket: Socket, last: number): Promise<number[]> {
  let rest = "";
  const revisions: number[] = [];
  for await (const chunk of socket) {
    rest += String(chunk);
    for (
      let found = /id: (\d+)\nevent: status\n/.exec(rest);
      found;
      found = /id: (\d+)\nevent: status\n/.exec(rest)
    ) {
      revisions.push(Number(found[1]));
      rest = rest.slice(found.index + found[0].length);
    }
    rest = rest.slice(-100);
    if (revisions.at(-1) === last) break;
  }
  return revisions;
}

async function memoryInUse(): Promise<number> {
  for (let turns = 0; turns < 4; turns++) {
    collectGarbage();
    await flushPromises();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("a reader that does not read", () => {
  it("a reader that does not read has nothing queued, and gets the latest status when it reads again", async () => {
    const { handle } = await browser.create();
    const reader = await stalledReader(handle);
    // By then, the system's buffers of the connection are full.
    for (let count = 0; count < changes / 2; count++) await write(handle);
    const before = await memoryInUse();
    for (let count = 0; count < changes / 2; count++) await write(handle);
    expect((await memoryInUse()) - before).toBeLessThan(6 * megabyte);
    const revisions = await revisionsUntil(reader, 1 + changes);
    expect(revisions).toEqual([...revisions].sort((one, other) => one - other));
    expect(revisions.length).toBeLessThan(changes / 2);
    // The one that was being sent, and then only the latest.
    expect(revisions.at(-1)).toBe(1 + changes);
    expect(revisions.at(-2)).toBeLessThan(changes / 2);
  });

  it("a reader that does not read for a minute is disconnected, and the watch ends", async () => {
    const { handle } = await browser.create();
    const reader = await stalledReader(handle);
    for (let count = 0; count < changes / 2; count++) await write(handle);
    const closed = once(reader, "close");
    await clock.advanceAsync(59_000);
    expect(reader.closed).toBe(false);
    await clock.advanceAsync(1_001);
    reader.resume();
    await withTimeout(closed, "the end of a connection taken for dead");
    await clock.advanceAsync(20_000);
    await expect.poll(() => watching.size).toBe(0);
  });

  it("a reader that does not read gets no heartbeats, which would queue", async () => {
    await restartGateway({ heartbeatIntervalMs: 1_000 });
    const { handle } = await browser.create();
    const reader = await stalledReader(handle);
    for (let count = 0; count < changes / 2; count++) await write(handle);
    await clock.advanceAsync(50_000);
    const last = 2 + changes / 2;
    let text = "";
    const read = async () => {
      for await (const chunk of reader) {
        text = (text + String(chunk)).replace(/x{100,}/g, "");
        if (text.includes(`id: ${last}\n`)) return;
      }
    };
    const done = read();
    await write(handle);
    await withTimeout(done, () => `event ${last} in ${text.slice(-500)}`);
    // 50 were due. Those sent are from before the connection was full.
    expect(text.match(/: heartbeat/g)?.length ?? 0).toBeLessThan(10);
  });

  it("a reader that does not read does not delay another reader of the same ticket", async () => {
    const { handle } = await browser.create();
    await stalledReader(handle);
    const events = browser.events(handle);
    for (let count = 0; count < changes / 2; count++) {
      await write(handle);
      while ((await events.next())?.id !== String(1 + written));
    }
  });
});
