import { connect } from "node:net";

/** An event as it came off the wire. */
export interface Arrival {
  /** Nanoseconds of the clock that all processes of the machine share. */
  readonly at: bigint;
  /** The event with its field names, without the empty line after it. */
  readonly text: string;
}

/** A stream of server-sent events on a connection of its own, read with as little as can be. */
export interface EventStream {
  /** The next event; rejected when the connection ends before, or when the answer is not a stream. */
  next(): Promise<Arrival>;
  /** Comments that have come: heartbeats. */
  heartbeats(): number;
  /** Fulfilled when the connection is gone. */
  close(): Promise<void>;
}

const event = /id: [^\n]*\nevent: [^\n]*\ndata: [^\n]*$/;

/** Asks `HOST:PORT` for a stream as a browser does, by HTTP/1.1. */
export function openStream(address: string, path: string, cookie: string): EventStream {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  const come: Arrival[] = [];
  let heartbeats = 0;
  let unread = "";
  let failure: Error | undefined;
  let wake = () => {};

  function fail(error: Error): void {
    failure ??= error;
    wake();
  }

  socket.setNoDelay(true);
  socket.setEncoding("latin1");
  const head = [`GET ${path} HTTP/1.1`, `host: ${address}`, "accept: text/event-stream", `cookie: ${cookie}`];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  socket.on("data", (chunk: string) => {
    const at = process.hrtime.bigint();
    const blocks = (unread + chunk).split("\n\n");
    unread = blocks.pop() ?? "";
    for (const block of blocks) {
      const text = event.exec(block)?.[0];
      if (text !== undefined) come.push({ at, text });
      else if (block.includes(": heartbeat")) heartbeats++;
    }
    if (/^HTTP\/1.1 (?!200)/.test(unread)) fail(new Error(`no stream: ${unread}`));
    wake();
  });
  socket.on("error", fail);
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      fail(new Error("the stream has ended"));
      resolve();
    });
  });

  return {
    async next() {
      for (;;) {
        const first = come.shift();
        if (first) return first;
        if (failure) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    heartbeats: () => heartbeats,
    close() {
      socket.destroy();
      return closed;
    },
  };
}
