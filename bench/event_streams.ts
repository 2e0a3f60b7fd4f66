import { connect } from "node:net";

/** Event as it arrived on the wire. */
export interface Arrival {
  /** Time in nanoseconds, by the clock that all processes of the machine share. */
  readonly at: bigint;
  /** Event with its field names, without the empty line after it. */
  readonly text: string;
}

/** Stream of server-sent events on its own connection, read with minimal overhead. */
export interface EventStream {
  /** Resolves with the next event. Rejects if the connection ends before, or the response is not a stream. */
  next(): Promise<Arrival>;
  /** Returns the number of received comments, which are heartbeats. */
  heartbeats(): number;
  /** Resolves when the connection is closed. */
  close(): Promise<void>;
}

const event = /id: [^\n]*\nevent: [^\n]*\ndata: [^\n]*$/;

/** Requests a stream from `HOST:PORT` over HTTP/1.1, like a browser. */
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
    if (/^HTTP\/1.1 (?!200)/.test(unread)) fail(new Error(`the response is not a stream: ${unread}`));
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
