import { isCanonicalBase64url } from "../../domain/secrets.js";
import { knowBrowser } from "../browser.js";
import { countedAddressOf } from "../caller_address.js";
import { closeOf } from "../caller_left.js";
import { demandOrigin, isEmbedded } from "../origins.js";
import { checkPageFields } from "../page_fields.js";
import { note } from "../request_log.js";
import { requesterOf } from "../requester.js";
import { appIdOf } from "./fields.js";
import { createTicketSecrets } from "./ticket_secrets.js";
// The SDK draws it half as large, which is sharp on every screen, and a code full of custom data still has whole pixels.
const picture = { format: "PNG", size: 480, margin: 4, errorCorrection: "M" };
export function createCodes({ apps, tickets, pictures, clock, handleMaxAgeMs, }) {
    const secrets = createTicketSecrets(clock, handleMaxAgeMs);
    return {
        async create(request, reply, wish) {
            const app = apps.named(appIdOf(request));
            demandOrigin(request, app);
            checkPageFields(app, wish);
            const boundTo = app.exchangeFromBrowser ? knowBrowser(request, reply, isEmbedded(request)) : undefined;
            const requester = requesterOf(request);
            const created = await tickets.create(app, { ...wish, requester }, { kind: "hosted-handle", boundTo });
            const { ticketId, ticketSecret, qrContent, remainingMs } = created;
            note(request, { app: app.id, ticketId });
            const image = await pictures.draw(qrContent, picture, {
                address: countedAddressOf(request),
                signal: closeOf(reply),
            });
            if (app.pollByTicketId) {
                secrets.remember({
                    app,
                    credentials: app.credentials,
                    ticketId,
                    ticketSecret,
                    boundTo,
                    hasChallenge: false,
                });
            }
            return {
                name: app.pollByTicketId ? ticketId : created.handle,
                url: `data:${image.mediaType};base64,${Buffer.from(image.data).toString("base64")}`,
                expiresInSeconds: Math.round(remainingMs / 1_000),
            };
        },
        async open(request, name) {
            const ticket = secrets.of(name) ?? (await tickets.open("hosted-handle", name));
            demandOrigin(request, ticket.app);
            note(request, { app: ticket.app.id, ticketId: ticket.ticketId });
            return ticket;
        },
        async ticketIdOf(name) {
            if (isCanonicalBase64url(name, 16))
                return name;
            return (await tickets.open("hosted-handle", name)).ticketId;
        },
    };
}
