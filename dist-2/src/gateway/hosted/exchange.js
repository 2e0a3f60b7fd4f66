import { basicCredentials } from "../apps.js";
import { browsersOf, isFor } from "../browser.js";
import { appUnauthenticated } from "../exchanges.js";
import { demandOrigin } from "../origins.js";
import { HttpRefusal, ticketNotFound } from "../refusal.js";
import { note } from "../request_log.js";
import { appIdOf } from "./fields.js";
/** Longest exchange ticket of the service, in characters. */
const maxExchangeTicket = 256;
/**
 * Exchanges for whoever may: the app with its own secret, or the browser that the code was made for where the app's switch
 * `exchangeFromBrowser` is on. The gateway's own credential is spent for nobody else.
 *
 * Refuses with EXCHANGE_NOT_ALLOWED, APP_UNAUTHENTICATED, and with whatever the service says.
 */
export function createExchange({ apps, exchanges }, pageTickets) {
    return async (request, fields) => {
        const sealed = await pageTickets.open(fields.ticket);
        const credentials = credentialsOf(request, fields, apps);
        if (credentials) {
            const app = apps.find(credentials.appId);
            if (!app) {
                note(request, { why: "no app here has the id that came" });
                throw appUnauthenticated();
            }
            note(request, { app: app.id });
            // Sealed with a key that is no more, or by nobody we know.
            if (!sealed && fields.ticket.length > maxExchangeTicket)
                throw ticketNotFound();
            return exchanges.byCaller(credentials, sealed?.exchangeTicket ?? fields.ticket);
        }
        if (!sealed?.app.exchangeFromBrowser ||
            sealed.boundTo === undefined ||
            !isFor(sealed.boundTo, browsersOf(request))) {
            const text = "the app's own secret is needed to exchange a ticket";
            throw new HttpRefusal(403, "EXCHANGE_NOT_ALLOWED", text);
        }
        demandOrigin(request, sealed.app);
        note(request, { app: sealed.app.id, ticketId: sealed.ticketId });
        return exchanges.byGateway(sealed);
    };
}
/** By header (client_secret_basic) or by body (client_secret_post). A token in the header is none. */
function credentialsOf(request, fields, apps) {
    const byHeader = basicCredentials(request.headers.authorization, apps);
    if (byHeader)
        return byHeader;
    const appId = fields.client_id || appIdOf(request);
    return appId && fields.client_secret ? { appId, appSecret: fields.client_secret } : undefined;
}
