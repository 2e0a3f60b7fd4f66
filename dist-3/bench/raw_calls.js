import { once } from "node:events";
import { connect } from "node:http2";
const service = "/qrlogin.v1.QrLoginService";
/**
 * Opens one connection and waits until it is there.
 *
 * @param address `HOST:PORT`, or a URL whose certificate is trusted unseen.
 */
export async function openRawClient(address) {
    const url = address.includes("://") ? address : `http://${address}`;
    const session = connect(url, { rejectUnauthorized: false });
    await once(session, "connect");
    // Its calls tell how it ends.
    session.on("error", () => { });
    return {
        unary: (path, body, authorization) => new Promise((resolve, reject) => {
            const stream = request(session, path, body, authorization);
            const chunks = [];
            let status;
            stream.on("response", (headers) => {
                status = headers["grpc-status"];
            });
            stream.on("trailers", (trailers) => {
                status = trailers["grpc-status"];
            });
            stream.on("data", (chunk) => chunks.push(chunk));
            stream.on("error", reject);
            stream.on("end", () => {
                if (status === "0")
                    resolve(Buffer.concat(chunks).subarray(5));
                else
                    reject(new Error(`${path} was refused with status ${status}`));
            });
        }),
        stream: (path, body, authorization) => readStream(request(session, path, body, authorization), path),
        isClosed: () => session.closed || session.destroyed,
        close: () => session.destroy(),
    };
}
function request(session, path, body, authorization) {
    const stream = session.request({
        ":method": "POST",
        ":path": `${service}/${path}`,
        "content-type": "application/grpc",
        te: "trailers",
        authorization,
    });
    stream.end(body);
    return stream;
}
function readStream(stream, path) {
    const come = [];
    let unread = Buffer.alloc(0);
    let ended = false;
    let wake = () => { };
    stream.on("data", (chunk) => {
        const at = process.hrtime.bigint();
        unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
        while (unread.length >= 5 && unread.length >= 5 + unread.readUInt32BE(1)) {
            const end = 5 + unread.readUInt32BE(1);
            come.push({ message: unread.subarray(5, end), at });
            unread = unread.subarray(end);
        }
        wake();
    });
    // Both follow a cancellation too, when nobody reads any more.
    for (const end of ["error", "close"]) {
        stream.on(end, () => {
            ended = true;
            wake();
        });
    }
    return {
        async next() {
            for (;;) {
                const first = come.shift();
                if (first)
                    return first;
                if (ended)
                    throw new Error(`the stream of ${path} has ended`);
                await new Promise((resolve) => {
                    wake = resolve;
                });
            }
        },
        cancel: () => stream.close(8),
    };
}
