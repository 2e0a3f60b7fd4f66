import { isCompletedHere, isTold, statusAnswer, userAnswer } from "./answers.js";
import { basicCredentials } from "./apps.js";
import { callingBrowserOf, knowBrowser } from "./browser.js";
import { countedAddressOf } from "./caller_address.js";
import { closeOf } from "./caller_left.js";
import { createEvents } from "./events.js";
import { appUnauthenticated } from "./exchanges.js";
import { originRoute } from "./origin_check.js";
import { demandOrigin, isEmbedded } from "./origins.js";
import { checkPageFields } from "./page_fields.js";
import { HttpRefusal, invalidRequest, routeNotFound, ticketNotFound } from "./refusal.js";
import { note } from "./request_log.js";
import { requesterOf } from "./requester.js";
import { createBody, exchangeBody, handleBody, pictureOptions, pngOptions, read, single, } from "./requests.js";
import { widgetRoutes } from "./widget_script.js";
/** A handle in a header: the one place for it where there is no body. */
const handleHeader = "qrlogin-handle";
/** How long a poll waits for the first status. Later ones are at hand. */
const patienceMs = 2_000;
/** The gateway's own API, which the widget speaks. `docs/gateway.md` describes it. */
export async function ownRoutes(instance, parts, { create, other, never }) {
    const { apps, tickets, followers, exchanges, pictures, client, clock, onSignIn } = parts;
    const events = createEvents(parts);
    async function ticketOf(request, handle) {
        if (handle === undefined)
            throw ticketNotFound();
        const ticket = await tickets.open("handle", handle, callingBrowserOf(request));
        demandOrigin(request, ticket.app);
        note(request, { app: ticket.app.id, ticketId: ticket.ticketId });
        return ticket;
    }
    instance.post("/tickets", create, async (request, reply) => {
        const { appId, ttlMs, codeChallenge, ...fields } = read(createBody, request.body);
        const app = apps.named(appId);
        demandOrigin(request, app);
        checkPageFields(app, fields);
        const boundTo = app.bindToBrowser ? knowBrowser(request, reply, isEmbedded(request)) : undefined;
        if (codeChallenge !== undefined && isCompletedHere(parts, { boundTo }))
            throw completedHere();
        const { scene, customData, ...context } = fields;
        const wish = { scene, customData, ttlMs, codeChallenge, requester: requesterOf(request, context) };
        const created = await tickets.create(app, wish, { kind: "handle", boundTo });
        note(request, { app: app.id, ticketId: created.ticketId });
        const picture = await pictures.name(created.qrContent, clock.wallNow() + created.remainingMs);
        const address = `${instance.prefix}/pictures/${picture}`;
        reply.code(201);
        return {
            handle: created.handle,
            ticketId: created.ticketId,
            qrContent: created.qrContent,
            pictures: { svg: `${address}.svg`, png: `${address}.png` },
            expiresAt: new Date(created.expiresAt).toISOString(),
            remainingMs: created.remainingMs,
            minPollIntervalMs: created.minPollIntervalMs,
        };
    });
    instance.get("/tickets/status", never, async (request) => {
        const ticket = await ticketOf(request, single(request.headers[handleHeader]));
        const sighting = await followers.glance(ticket, patienceMs);
        if (!sighting) {
            const text = "the sign-in service cannot be reached";
            throw new HttpRefusal(503, "SERVICE_UNAVAILABLE", text, { retryAfterMs: 1_000 });
        }
        return statusAnswer(sighting, isTold(parts, ticket));
    });
    // A HEAD of it would hold a stream open for nobody.
    const stream = { ...never, exposeHeadRoute: false };
    instance.get("/tickets/events", stream, async (request, reply) => {
        // EventSource can send no header, so the handle may stand in the address too.
        const query = request.query;
        const handle = single(request.headers[handleHeader]) ?? single(query.handle);
        return events(await ticketOf(request, handle), request, reply);
    });
    instance.post("/tickets/withdraw", other, async (request) => {
        const ticket = await ticketOf(request, read(handleBody, request.body).handle);
        const { credentials, ticketId, ticketSecret } = ticket;
        const { revision } = await client.withdraw({ ticketId, ticketSecret }, { credentials });
        return { state: "CANCELLED", revision };
    });
    instance.post("/tickets/exchange", other, async (request) => {
        if (!isByHandle(request.body)) {
            const { exchangeTicket, codeVerifier } = read(exchangeBody, request.body);
            const credentials = basicCredentials(request.headers.authorization, apps);
            const app = apps.find(credentials?.appId);
            if (!credentials || !app) {
                note(request, { why: credentials ? "no app here has the id that came" : "no Basic credential came" });
                throw appUnauthenticated();
            }
            note(request, { app: app.id });
            return userAnswer(await exchanges.byCaller(credentials, exchangeTicket, codeVerifier));
        }
        const ticket = await ticketOf(request, read(handleBody, request.body).handle);
        if (!ticket.app.exchangeFromBrowser || ticket.boundTo === undefined)
            throw notByBrowser();
        return userAnswer(await exchanges.byGateway(ticket));
    });
    instance.post("/tickets/complete", other, async (request, reply) => {
        const ticket = await ticketOf(request, read(handleBody, request.body).handle);
        if (onSignIn && isCompletedHere(parts, ticket)) {
            const response = await exchanges.byGateway(ticket);
            return onSignIn({ ...response, appId: ticket.app.id }, request, reply);
        }
        // A page comes here that was told no exchange ticket; where it lacks nothing but the challenge, that is what it is told.
        throw isTold(parts, ticket) ? notByBrowser() : challengeRequired();
    });
    originRoute(instance, apps, other);
    await widgetRoutes(instance);
    // A wildcard: names are longer than what a server takes as a parameter by default.
    instance.get("/pictures/*", other, async (request, reply) => {
        const { "*": file } = request.params;
        const { name, format } = /^(?<name>.+)\.(?<format>svg|png)$/.exec(file)?.groups ?? {};
        if (name === undefined || format === undefined)
            throw ticketNotFound();
        const asked = pictureOptions(request.query);
        const options = format === "png" ? pngOptions(asked) : { ...asked, format: "SVG" };
        const by = { address: countedAddressOf(request), signal: closeOf(reply) };
        const image = await pictures.named(name, options, by);
        return reply
            .header("cache-control", "private, max-age=600, immutable")
            .header("cross-origin-resource-policy", "cross-origin")
            .type(image.mediaType)
            .send(Buffer.from(image.data));
    });
    // The line of a server about what is not there would show the address, and a handle that was sent astray.
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    instance.route({
        method: methods,
        url: "/*",
        handler: async () => {
            throw routeNotFound();
        },
    });
}
function isByHandle(body) {
    return typeof body === "object" && body !== null && "handle" in body;
}
/** Refuses what would only fail after the person has agreed: the gateway has no verifier. */
function completedHere() {
    const description = "must not be given: this gateway completes the sign-in itself";
    return invalidRequest("the request is not valid", [{ field: "codeChallenge", description }]);
}
function challengeRequired() {
    const text = "the ticket was created without the codeChallenge of your backend, so its exchange ticket is not told to pages";
    return new HttpRefusal(403, "CODE_CHALLENGE_REQUIRED", text);
}
/** Only of a handle that is bound, or whoever finds one could have it spent with our credential. */
function notByBrowser() {
    return new HttpRefusal(403, "EXCHANGE_NOT_ALLOWED", "this app is exchanged for by its backend");
}
