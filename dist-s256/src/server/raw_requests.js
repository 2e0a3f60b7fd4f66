/** The service with requests as the bytes that came, for us to decode: see `decode.ts`. */
export function rawRequests(definition) {
    return Object.fromEntries(Object.entries(definition).map(([name, method]) => [
        name,
        { ...method, requestDeserialize: handedOverOnce },
    ]));
}
function handedOverOnce(bytes) {
    let left = bytes;
    return {
        take() {
            if (!left)
                throw new Error("the request has been taken before");
            const taken = left;
            left = undefined;
            return taken;
        },
    };
}
/** Returns the service with requests as above, and with responses as the bytes that `encode.ts` has made. */
export function rawMessages(definition) {
    return Object.fromEntries(Object.entries(rawRequests(definition)).map(([name, method]) => [
        name,
        { ...method, responseSerialize: (bytes) => bytes },
    ]));
}
