import { AuthorizeRequest, CancelRequest, MarkScannedRequest, } from "../../gen/qrlogin/v1/qr_login_service.js";
import { openConnection } from "./connection.js";
import { systemTiming } from "./timing.js";
/**
 * Creates a client for an approver: the mobile app, or its backend, that acts for a signed-in user.
 *
 * Plain text is the default to the loopback only, TLS to any other address; see {@link ClientOptions.tls}. Calls have
 * a deadline of 10 seconds unless told otherwise.
 *
 * A call that has a token neither from the client nor of its own rejects with a TypeError.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 *
 * @example
 * ```ts
 * const client = createApproverClient({ address: "127.0.0.1:50051", token: () => session.freshToken() });
 * const scanned = await client.markScanned({ scanned: { $case: "qrContent", value: textInTheQrCode } });
 * const { ticketId } = scanned;
 * if (await userAgrees(scanned)) await client.authorize({ ticketId });
 * else await client.cancel({ ticketId });
 * client.close();
 * ```
 */
export function createApproverClient(options) {
    return createTimedApproverClient(options, systemTiming);
}
/** {@link createApproverClient} with time to be held by tests. Not for users. */
export function createTimedApproverClient(options, timing) {
    const { token } = options;
    const own = typeof token === "string" ? bearer(token) : token && (async () => bearer(await token()));
    const { call, close } = openConnection(options, timing);
    const authorization = (callOptions) => {
        if (callOptions.token !== undefined)
            return bearer(callOptions.token);
        if (own === undefined)
            throw new TypeError("The client has no token of its own: give the call one");
        return own;
    };
    return {
        markScanned: async (request, callOptions = {}) => call((client) => client.markScanned, MarkScannedRequest.fromPartial(request), authorization(callOptions), callOptions),
        authorize: async (request, callOptions = {}) => call((client) => client.authorize, AuthorizeRequest.fromPartial(request), authorization(callOptions), callOptions),
        cancel: async (request, callOptions = {}) => call((client) => client.cancel, CancelRequest.fromPartial(request), authorization(callOptions), callOptions),
        close,
    };
}
/** The user's credential by RFC 6750. Checked here, since grpc-js would quote a malformed one in its error. */
function bearer(token) {
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
        throw new TypeError("The user token is empty or holds a character that a bearer token must not have (RFC 6750)");
    }
    return `Bearer ${token}`;
}
