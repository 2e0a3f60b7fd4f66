import { Refusal } from "../domain/refusal.js";
/**
 * Returns an interceptor for methods that take one request: a call that sends none, or a second one, reaches its handler with a
 * request whose bytes cannot be taken, so that it is answered like any other request that cannot be decoded. grpc-js itself would
 * answer UNIMPLEMENTED, which tells clients that the method does not exist.
 *
 * @param prefix Of the paths of the methods. Others are left to grpc-js.
 */
export function requireOneRequest(prefix) {
    return ({ path, requestStream }, call) => {
        if (!requestStream && path.startsWith(prefix)) {
            // Functions that all calls share and that find their call by `this`. Closures for each call are what is expensive here.
            call.start = start;
            call.sendStatus = sendStatus;
        }
        // The call itself and none around it, through which every answer would pass too: grpc-js uses nothing but this interface.
        return call;
    };
}
function start(listener) {
    methodsOf(this).start.call(this, new OneRequestListener(this, listener));
}
function sendStatus(status) {
    this.isAnswered = true;
    methodsOf(this).sendStatus.call(this, status);
}
/** Returns the call's own methods, which those above hide. */
function methodsOf(call) {
    return Object.getPrototypeOf(call);
}
/** Holds the request back until the end of the requests shows that it is the only one. */
class OneRequestListener {
    call;
    listener;
    request;
    isHandled = false;
    constructor(call, listener) {
        this.call = call;
        this.listener = listener;
    }
    onReceiveMetadata(metadata) {
        this.listener.onReceiveMetadata(metadata);
    }
    onReceiveMessage(message) {
        if (this.request !== undefined)
            return this.handle(notOneRequest("several"));
        this.request = message;
        this.call.startRead();
    }
    onReceiveHalfClose() {
        this.handle(this.request ?? notOneRequest("no"));
    }
    onCancel() {
        this.listener.onCancel();
    }
    handle(request) {
        if (this.isHandled || this.call.isAnswered)
            return;
        this.isHandled = true;
        this.listener.onReceiveMessage(request);
        this.listener.onReceiveHalfClose();
    }
}
function notOneRequest(count) {
    return {
        take() {
            throw new Refusal("INVALID_REQUEST", `the call has ${count} request messages and needs one`);
        },
    };
}
