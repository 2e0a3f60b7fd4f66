import { CreateTicketRequest, ExchangeUserInfoRequest, GetSigningKeysRequest, GetStatusRequest, WatchStatusRequest, WithdrawRequest, } from "../../gen/qrlogin/v1/qr_login_service.js";
import { openConnection } from "./connection.js";
import { systemTiming } from "./timing.js";
import { watch } from "./watch.js";
/**
 * Creates a client for an app: a website's backend that asks for sign-ins. Make one and share it; it connects when
 * it is first used.
 *
 * Plain text is the default to the loopback only, TLS to any other address; see {@link ClientOptions.tls}. Calls have
 * a deadline of 10 seconds unless told otherwise, watches have none and run on connections of their own.
 *
 * @throws TypeError, RangeError when an option makes no sense.
 *
 * @example
 * ```ts
 * const client = createAppClient({ address: "127.0.0.1:50051", appId: "demo-app", appSecret: "demo-secret" });
 * const verifier = createCodeVerifier();
 * const { ticketId, ticketSecret, qrContent } = await client.createTicket({ codeChallenge: codeChallengeOf(verifier) });
 * draw(qrContent);
 * for await (const status of client.watchStatus({ ticketId, ticketSecret })) {
 *   if (status.state !== TicketState.AUTHORIZED) continue;
 *   const { user } = await client.exchangeUserInfo({ exchangeTicket: status.exchangeTicket, codeVerifier: verifier });
 *   signIn(user);
 *   break;
 * }
 * ```
 */
export function createAppClient(options) {
    return createTimedAppClient(options, systemTiming);
}
/** {@link createAppClient} with time and chance to be held by tests. Not for users. */
export function createTimedAppClient(options, timing) {
    const own = basic(options);
    const connection = openConnection(options, timing);
    const { call, inFlight } = connection;
    const authorization = ({ credentials }) => (credentials ? basic(credentials) : own);
    return {
        createTicket: async (request, callOptions = {}) => call((client) => client.createTicket, CreateTicketRequest.fromPartial(request), authorization(callOptions), callOptions),
        getStatus: async (request, callOptions = {}) => call((client) => client.getStatus, GetStatusRequest.fromPartial(request), authorization(callOptions), callOptions),
        watchStatus(request, watchOptions = {}) {
            const message = WatchStatusRequest.fromPartial(request);
            const open = () => connection.watch(message, authorization(watchOptions));
            return watch({ open, inFlight, timing }, watchOptions);
        },
        withdraw: async (request, callOptions = {}) => call((client) => client.withdraw, WithdrawRequest.fromPartial(request), authorization(callOptions), callOptions),
        exchangeUserInfo: async (request, callOptions = {}) => call((client) => client.exchangeUserInfo, ExchangeUserInfoRequest.fromPartial(request), authorization(callOptions), callOptions),
        getSigningKeys: async (request = {}, callOptions = {}) => call((client) => client.getSigningKeys, GetSigningKeysRequest.fromPartial(request), authorization(callOptions), callOptions),
        close: connection.close,
    };
}
/** The app credential by RFC 7617. */
function basic({ appId, appSecret }) {
    if (appId === "" || appId.includes(":"))
        throw new TypeError("appId must not be empty or hold a colon");
    if (appSecret === "")
        throw new TypeError("appSecret must not be empty");
    return `Basic ${Buffer.from(`${appId}:${appSecret}`, "utf8").toString("base64")}`;
}
