import * as z from "zod";
const sealedContent = z.object({ app: z.string(), id: z.string(), secret: z.string(), ticket: z.string() });
export function createPageTickets({ apps, seal, clock, handleMaxAgeMs, }) {
    return {
        async tell({ app, boundTo, ticketId, ticketSecret }, exchangeTicket) {
            const isForBrowser = app.exchangeFromBrowser && boundTo !== undefined;
            if (!isForBrowser && !app.requireCodeChallenge)
                return exchangeTicket;
            const content = { app: app.id, id: ticketId, secret: ticketSecret, ticket: exchangeTicket };
            return seal.seal("exchange", content, { boundTo, expiresAt: clock.wallNow() + handleMaxAgeMs });
        },
        async open(text) {
            const opened = await seal.open("exchange", text);
            const content = sealedContent.safeParse(opened?.content).data;
            const app = apps.find(content?.app);
            if (!opened || !content || !app)
                return undefined;
            return {
                app,
                credentials: app.credentials,
                ticketId: content.id,
                ticketSecret: content.secret,
                exchangeTicket: content.ticket,
                boundTo: opened.boundTo,
                hasChallenge: false,
            };
        },
    };
}
