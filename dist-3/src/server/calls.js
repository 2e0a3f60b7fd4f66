import { Refusal } from "../domain/refusal.js";
import { decodeRequest } from "./decode.js";
import { encodeResponse } from "./encode.js";
import { refusalOf, statusOf } from "./errors.js";
import { authorizationOf, hasPassed, runningCall, } from "./running_call.js";
/**
 * The edge between grpc-js callbacks and promises. In this order: credential, limits, request, use case; then the answer, or
 * the refusal with its details; then one line in the log.
 *
 * Requests come as bytes: grpc-js would answer garbage with INTERNAL before we could call it INVALID_REQUEST.
 */
export function unary(name, kind, method, edge) {
    return (call, callback) => {
        const serve = async (caller, context) => {
            const request = decodeRequest(method.request, call.request.take());
            callback(null, encodeResponse(method.response, await method.handle(caller, request, context)));
        };
        void served(name, kind, "calls", call, edge, serve, (refusal) => callback(statusOf(refusal)));
    };
}
/** Like {@link unary} for a stream. */
export function serverStream(name, kind, method, edge) {
    return (call) => {
        const serve = (caller, context) => {
            const request = decodeRequest(method.request, call.request.take());
            return new Promise((resolve, reject) => {
                const output = {
                    write(message) {
                        if (call.write(encodeResponse(method.response, message)))
                            source.resume();
                        else
                            call.once("drain", source.resume);
                    },
                    end(error) {
                        if (error !== undefined)
                            return reject(error);
                        call.end();
                        resolve();
                    },
                };
                const source = method.open(caller, request, output, context);
                context.onEnd(source.end);
            });
        };
        void served(name, kind, "watches", call, edge, serve, (refusal) => call.emit("error", statusOf(refusal)));
    };
}
/** The context of a call that runs. A class, since it would be three closures for every call. */
class Context {
    line;
    running;
    constructor(line, running) {
        this.line = line;
        this.running = running;
    }
    about(ticketId) {
        this.line.about(ticketId);
    }
    onEnd(listener) {
        this.running.onEnd(listener);
    }
    signal() {
        return this.running.signal();
    }
}
/** Runs one call from the credential to the line in the log. Calls `refuse` where there is somebody left to be told. */
async function served(name, kind, inFlightKind, call, { log, inFlight, admissions }, serve, refuse) {
    const admission = admissions[inFlightKind];
    const line = log.begin(name);
    const running = runningCall(call);
    let entered;
    try {
        if (inFlight.stopReason)
            throw inFlight.stopReason;
        inFlight.add(running, inFlightKind);
        const authenticated = kind.authenticate(authorizationOf(call.metadata), running);
        const caller = authenticated instanceof Promise ? await authenticated : authenticated;
        line.by(kind.describe(caller));
        const key = kind.keyOf(caller);
        admission.enter(key);
        entered = key;
        const turn = admission.turn(key, running);
        if (turn)
            await turn;
        await serve(caller, new Context(line, running));
        line.end("OK");
    }
    catch (error) {
        const isAbort = error instanceof Error && error.name === "AbortError";
        if (call.cancelled && (isAbort || error instanceof Refusal)) {
            // Nobody listens any more: the client has left, or its deadline has passed. A fault of ours is one all the same.
            line.end(hasPassed(call.getDeadline()) ? "DEADLINE_EXCEEDED" : "CANCELLED");
            return;
        }
        const refusal = refusalOf(isAbort ? (running.signal().reason ?? error) : error);
        line.refused(refusal);
        if (!call.cancelled)
            refuse(refusal);
    }
    finally {
        if (entered !== undefined)
            admission.leave(entered);
        running.release();
        inFlight.delete(running);
    }
}
