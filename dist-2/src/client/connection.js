import { Metadata, status } from "@grpc/grpc-js";
import { QrLoginServiceClient, } from "../../gen/qrlogin/v1/qr_login_service.js";
import { createChannels } from "./channels.js";
import { errorOf, QrLoginError } from "./error.js";
import { createInFlight } from "./in_flight.js";
import { transportOf } from "./transport.js";
/** @throws TypeError, RangeError when an option makes no sense. */
export function openConnection(options, timing) {
    const { address, credentials, maxStreams, ...channelOptions } = transportOf(options);
    const defaultDeadline = checkedDeadline(options.deadlineMs ?? 10_000);
    const { callOptions, moreCallOptions, watchOptions } = channelOptions;
    const calls = createChannels(maxStreams, (isFirst) => new QrLoginServiceClient(address, credentials, isFirst ? callOptions : moreCallOptions));
    const watches = createChannels(maxStreams, () => new QrLoginServiceClient(address, credentials, watchOptions));
    const inFlight = createInFlight();
    return {
        inFlight,
        async call(method, request, authorization, { signal, deadlineMs = defaultDeadline }) {
            const deadline = Date.now() + checkedDeadline(deadlineMs);
            const metadata = metadataWith(typeof authorization === "string"
                ? authorization
                : await within(deadlineMs, authorization, signal, inFlight, timing));
            return new Promise((resolve, reject) => {
                let running;
                let stopped = false;
                const leave = inFlight.join(signal, (reason) => {
                    stopped = true;
                    running?.cancel();
                    reject(reason);
                });
                if (stopped)
                    return;
                const { client, release } = calls.take();
                running = method(client).call(client, request, metadata, { deadline }, (error, response) => {
                    release();
                    leave();
                    if (error)
                        reject(errorOf(error));
                    else
                        resolve(response);
                });
            });
        },
        watch(request, authorization) {
            const { client, release } = watches.take();
            // However a call ends, a status is the last that it reports.
            return client.watchStatus(request, metadataWith(authorization)).once("status", release);
        },
        close() {
            inFlight.close();
            calls.close();
            watches.close();
        },
    };
}
function metadataWith(authorization) {
    const metadata = new Metadata();
    metadata.set("authorization", authorization);
    return metadata;
}
/** What the source answers, unless the time runs out or the call is stopped before. */
function within(ms, source, signal, inFlight, timing) {
    return new Promise((resolve, reject) => {
        let stopTimer = () => { };
        let stopped = false;
        const leave = inFlight.join(signal, (reason) => {
            stopped = true;
            stopTimer();
            reject(reason);
        });
        if (stopped)
            return;
        stopTimer = timing.after(ms, () => {
            leave();
            reject(new QrLoginError(status.DEADLINE_EXCEEDED, "The user token was not there in time"));
        });
        // In a promise, so that a source that throws at once is treated as one that rejects.
        const asked = (async () => source())();
        asked.then(resolve, reject).finally(() => {
            leave();
            stopTimer();
        });
    });
}
function checkedDeadline(ms) {
    if (!(ms > 0))
        throw new RangeError("deadlineMs must be above zero");
    return ms;
}
