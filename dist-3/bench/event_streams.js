import { connect } from "node:net";
const event = /id: [^\n]*\nevent: [^\n]*\ndata: [^\n]*$/;
/** Asks `HOST:PORT` for a stream as a browser does, by HTTP/1.1. */
export function openStream(address, path, cookie) {
    const [host, port] = address.split(":");
    const socket = connect(Number(port), host);
    const come = [];
    let heartbeats = 0;
    let unread = "";
    let failure;
    let wake = () => { };
    function fail(error) {
        failure ??= error;
        wake();
    }
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    const head = [`GET ${path} HTTP/1.1`, `host: ${address}`, "accept: text/event-stream", `cookie: ${cookie}`];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.on("data", (chunk) => {
        const at = process.hrtime.bigint();
        const blocks = (unread + chunk).split("\n\n");
        unread = blocks.pop() ?? "";
        for (const block of blocks) {
            const text = event.exec(block)?.[0];
            if (text !== undefined)
                come.push({ at, text });
            else if (block.includes(": heartbeat"))
                heartbeats++;
        }
        if (/^HTTP\/1.1 (?!200)/.test(unread))
            fail(new Error(`no stream: ${unread}`));
        wake();
    });
    socket.on("error", fail);
    const closed = new Promise((resolve) => {
        socket.on("close", () => {
            fail(new Error("the stream has ended"));
            resolve();
        });
    });
    return {
        async next() {
            for (;;) {
                const first = come.shift();
                if (first)
                    return first;
                if (failure)
                    throw failure;
                await new Promise((resolve) => {
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
