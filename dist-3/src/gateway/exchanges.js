import { isQrLoginError, TicketState, } from "../client/index.js";
import { Refusal } from "../domain/refusal.js";
import { digest } from "../domain/secrets.js";
import { nameOf } from "./enum_names.js";
import { HttpRefusal } from "./refusal.js";
const rememberedMs = 5_000;
export function createExchanges(client, clock) {
    const answers = new Map();
    const stops = new Set();
    let closed = false;
    /** Remembered under a digest, so that no credential is kept. What was proved is part of it. */
    function once(proof, work) {
        const key = digest(JSON.stringify(proof));
        const known = answers.get(key);
        if (known)
            return known;
        const answer = work();
        answers.set(key, answer);
        answer.then(() => {
            if (closed)
                return;
            const stop = clock.after(rememberedMs, () => {
                answers.delete(key);
                stops.delete(stop);
            });
            stops.add(stop);
        }, () => answers.delete(key));
        return answer;
    }
    return {
        byCaller(credentials, exchangeTicket, codeVerifier = "") {
            const { appId, appSecret } = credentials;
            return once(["caller", appId, appSecret, exchangeTicket, codeVerifier], async () => {
                try {
                    return await client.exchangeUserInfo({ exchangeTicket, codeVerifier }, { credentials });
                }
                catch (error) {
                    if (isQrLoginError(error, "APP_UNAUTHENTICATED"))
                        throw appUnauthenticated();
                    throw error;
                }
            });
        },
        byGateway({ credentials, ticketId, ticketSecret }) {
            return once(["gateway", credentials.appId, ticketId, ticketSecret], async () => {
                const { status } = await client.getStatus({ ticketId, ticketSecret }, { credentials });
                const { exchangeTicket = "" } = status ?? {};
                if (exchangeTicket === "")
                    throw notAuthorized(status?.state);
                return client.exchangeUserInfo({ exchangeTicket }, { credentials });
            });
        },
        close() {
            closed = true;
            for (const stop of stops)
                stop();
            stops.clear();
            answers.clear();
        },
    };
}
/** The caller's own credential is missing or wrong. */
export const appUnauthenticated = () => new HttpRefusal(401, "APP_UNAUTHENTICATED", "a valid app credential is required");
/** What the service would say to an exchange in this state. */
function notAuthorized(state) {
    const told = state === undefined ? {} : { currentState: nameOf(TicketState, state) };
    switch (state) {
        case TicketState.EXCHANGED:
            return new Refusal("TICKET_ALREADY_EXCHANGED", undefined, told);
        case TicketState.CANCELLED:
            return new Refusal("TICKET_CANCELLED", undefined, told);
        case TicketState.EXPIRED:
            return new Refusal("TICKET_EXPIRED", undefined, told);
        default:
            return new Refusal("TICKET_NOT_AUTHORIZED", undefined, told);
    }
}
