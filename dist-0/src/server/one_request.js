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
        if (!requestStream && path.startsWith(prefix))
            call.start = startWithOneRequest(call);
        // The call itself and none around it, through which every answer would pass too: grpc-js uses nothing but this interface.
        return call;
    };
}
function startWithOneRequest(call) {
    const start = call.start.bind(call);
    const sendStatus = call.sendStatus.bind(call);
    let isHandled = false;
    call.sendStatus = (status) => {
        // Also by grpc-js itself, as where a message is too large: the end of the request follows all the same.
        isHandled = true;
        sendStatus(status);
    };
    return (listener) => {
        let request;
        const handle = (given) => {
            isHandled = true;
            listener.onReceiveMessage(given);
            listener.onReceiveHalfClose();
        };
        start({
            onReceiveMetadata: (metadata) => listener.onReceiveMetadata(metadata),
            onReceiveMessage(message) {
                if (isHandled)
                    return;
                if (request !== undefined)
                    return handle(notOneRequest("several"));
                request = message;
                call.startRead();
            },
            onReceiveHalfClose() {
                if (!isHandled)
                    handle(request ?? notOneRequest("no"));
            },
            onCancel: () => listener.onCancel(),
        });
    };
}
function notOneRequest(count) {
    return {
        take() {
            throw new Refusal("INVALID_REQUEST", `the call has ${count} request messages and needs one`);
        },
    };
}
