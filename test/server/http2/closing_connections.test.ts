import { EventEmitter } from "node:events";
import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { createConnections } from "../../../src/server/http2/connections.js";

/**
 * Creates connections with room for one. Each new one evicts the one before, whose peer never closes its end.
 */
function fixture() {
  const connections = createConnections(
    { connections: 1, connectionsPerAddress: 1, handshakeSweeps: 10, closeSweeps: 5 },
    { count: () => {}, close: () => {} },
  );
  const destroyed: number[] = [];
  let count = 0;
  function connect(): void {
    const port = ++count;
    const socket = Object.assign(new EventEmitter(), {
      ...{ remoteAddress: "192.0.2.1", remotePort: port, localAddress: "192.0.2.2", localPort: 50_051 },
      destroyed: false,
      destroy() {
        socket.destroyed = true;
        destroyed.push(port);
        socket.emit("close");
      },
    });
    const session = Object.assign(new EventEmitter(), { socket, close: () => {} });
    expect(connections.accept(socket as unknown as Socket)).toBe(true);
    connections.addSession(session as unknown as Http2Session);
    session.emit("remoteSettings");
    // One call makes it idle rather than unproven: it is closed politely.
    const running = connections.trackCall(session as unknown as Http2Session);
    if (running) connections.untrackCall(running);
  }
  return { connect, destroyed, sweep: connections.sweep };
}

it("a hundred evicted connections may be closing at a time, and one more has the oldest cut", () => {
  const { connect, destroyed } = fixture();
  for (let count = 0; count < 101; count++) connect();
  expect(destroyed).toEqual([]);
  connect();
  expect(destroyed).toEqual([1]);
  connect();
  expect(destroyed).toEqual([1, 2]);
});

it("an evicted connection is cut when its time to close is over", () => {
  const { connect, destroyed, sweep } = fixture();
  connect();
  connect();
  for (let sweeps = 0; sweeps < 5; sweeps++) sweep();
  expect(destroyed).toEqual([]);
  sweep();
  expect(destroyed).toEqual([1]);
});
