import { status } from "@grpc/grpc-js";
import { errorOf, QrLoginError } from "./error.js";
export function watchCallOf(stream) {
    let unread;
    let end;
    let wake = () => { };
    const finish = (how) => {
        end ??= how;
        wake();
    };
    const stop = (reason) => {
        unread = undefined;
        end = { failure: reason };
        wake();
        stream.cancel();
    };
    // Reading without pause keeps the newest at hand; a reader that holds the stream back would be served old statuses.
    stream.on("data", (message) => {
        if (end !== undefined)
            return;
        if (message.status === undefined) {
            stop(new QrLoginError(status.INTERNAL, "The service sent a status message without a status"));
            return;
        }
        unread = message.status;
        wake();
    });
    stream.on("end", () => finish({}));
    // Stays for good: a cancelled stream reports its cancellation later, and nobody else listens.
    stream.on("error", (error) => finish({ failure: errorOf(error) }));
    return {
        async next() {
            while (unread === undefined && end === undefined) {
                await new Promise((resolve) => {
                    wake = resolve;
                });
            }
            if (unread !== undefined) {
                const newest = unread;
                unread = undefined;
                return newest;
            }
            if (end !== undefined && "failure" in end)
                throw end.failure;
            return undefined;
        },
        stop,
    };
}
