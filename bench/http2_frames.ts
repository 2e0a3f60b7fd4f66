import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

// HTTP/2 without a library (RFC 9113). Libraries obey the rules that a flood breaks, and take more CPU than
// the server.

export const frameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
};
export const flag = { endStream: 1, endHeaders: 4, ack: 1 };

/** Default maximum payload of a frame, in bytes. */
const maxPayload = 16_384;

/** Header fields of a request, as names and values. */
export type HeaderFields = readonly (readonly [string, string])[];

/** Address on which a server listens. */
export interface Endpoint {
  readonly port: number;
  readonly tls: boolean;
}

/** Connection whose frames are created by hand. */
export interface FramePeer {
  /** Sends the bytes. Resolves when the socket accepts more, or is closed. */
  send(bytes: Buffer): Promise<void>;
  /** Returns the id of the next stream. */
  nextStream(): number;
  /** Returns the number of streams that the server has completed or reset. */
  finished(): number;
  /** Returns the number of streams whose response has begun. */
  answered(): number;
  isClosed(): boolean;
  close(): void;
  /** Resolves at the server's next frame, or when the connection is closed. */
  change(): Promise<void>;
}

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function settingsFrame(settings: Readonly<Record<number, number>> = {}): Buffer {
  const entries = Object.entries(settings).map(([id, value]) => {
    const entry = Buffer.alloc(6);
    entry.writeUInt16BE(Number(id), 0);
    entry.writeUInt32BE(value, 2);
    return entry;
  });
  return frame(frameType.settings, 0, 0, Buffer.concat(entries));
}

/** Returns a number as 4 bytes, for resets and window updates. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Encodes the header fields as literals without indexing and Huffman coding (RFC 7541, section 6.2.2). */
export function headerBlock(fields: HeaderFields): Buffer {
  return Buffer.concat(fields.flatMap((field) => [Buffer.from([0]), ...field.flatMap(literal)]));
}

function literal(text: string): Buffer[] {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return [Buffer.from([bytes.length]), bytes];
  const length = [127];
  let rest = bytes.length - 127;
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
  length.push(rest);
  return [Buffer.from(length), bytes];
}

/** Returns a HEADERS frame, followed by CONTINUATION frames if the block is longer than a frame. */
export function headersFrames(stream: number, block: Buffer, endStream: boolean): Buffer {
  const frames: Buffer[] = [];
  for (let start = 0; start === 0 || start < block.length; start += maxPayload) {
    const isLast = start + maxPayload >= block.length;
    const flags = (isLast ? flag.endHeaders : 0) | (start === 0 && endStream ? flag.endStream : 0);
    const type = start === 0 ? frameType.headers : frameType.continuation;
    frames.push(frame(type, flags, stream, block.subarray(start, start + maxPayload)));
  }
  return Buffer.concat(frames);
}

/** Opens a socket, with TLS if the endpoint has it, and reads incoming data. */
export async function openSocket({ port, tls }: Endpoint, localAddress = "127.0.0.1"): Promise<Socket> {
  const tcp = connect({ host: "127.0.0.1", port, localAddress });
  const socket = tls
    ? connectTls({ socket: tcp, ALPNProtocols: ["h2"], rejectUnauthorized: false, servername: "localhost" })
    : tcp;
  for (const one of [tcp, socket]) one.on("error", () => socket.destroy());
  await Promise.race([once(socket, tls ? "secureConnect" : "connect"), once(socket, "close")]).catch(() => {
    // The caller sees that the socket is closed.
  });
  return socket;
}

/** Opens a connection and sends the preface with the settings. */
export async function openFramePeer(
  endpoint: Endpoint,
  settings: Readonly<Record<number, number>> = {},
  localAddress?: string,
): Promise<FramePeer> {
  const socket = await openSocket(endpoint, localAddress);
  let stream = -1;
  let finished = 0;
  let answered = 0;
  let unread: Buffer = Buffer.alloc(0);
  const wake: (() => void)[] = [];
  const changed = () => {
    for (const resolve of wake.splice(0)) resolve();
  };
  const nothing = () => {};

  socket.on("data", (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    while (unread.length >= 9 && unread.length >= 9 + unread.readUIntBE(0, 3)) {
      const end = 9 + unread.readUIntBE(0, 3);
      heard(unread.readUInt8(3), unread.readUInt8(4), unread.subarray(9, end));
      unread = unread.subarray(end);
    }
    changed();
  });
  socket.on("close", changed);
  socket.on("drain", changed);

  function heard(type: number, flags: number, payload: Buffer): void {
    if (type === frameType.settings && (flags & flag.ack) === 0)
      socket.write(frame(frameType.settings, flag.ack, 0));
    else if (type === frameType.ping && (flags & flag.ack) === 0)
      socket.write(frame(frameType.ping, flag.ack, 0, payload));
    if (type === frameType.headers) answered += 1;
    const isEnd = (type === frameType.headers || type === frameType.data) && (flags & flag.endStream) !== 0;
    if (isEnd || type === frameType.reset) finished += 1;
  }

  const peer: FramePeer = {
    async send(bytes) {
      if (socket.destroyed || !socket.writable) return;
      if (socket.write(bytes, nothing)) return;
      while (socket.writableNeedDrain && !socket.destroyed) await peer.change();
    },
    nextStream: () => (stream += 2),
    finished: () => finished,
    answered: () => answered,
    isClosed: () => socket.destroyed || !socket.writable,
    close: () => socket.destroy(),
    change: () => (socket.destroyed ? Promise.resolve() : new Promise((resolve) => void wake.push(resolve))),
  };
  const wide = frame(frameType.windowUpdate, 0, 0, uint32(2 ** 31 - 1 - 65_535));
  await peer.send(
    Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settingsFrame(settings), wide]),
  );
  return peer;
}
