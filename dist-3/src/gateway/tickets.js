import * as z from "zod";
import { ContextSource, } from "../client/index.js";
import { durationOf, millisecondsOf } from "../domain/durations.js";
import { cookieMissing, isFor } from "./browser.js";
import { ticketNotFound } from "./refusal.js";
/** A caller of whom no cookies are looked at. */
const anybody = { browsers: [], hasNoCookie: false };
const handleContent = z.object({
    app: z.string(),
    id: z.string(),
    secret: z.string(),
    hasChallenge: z.boolean().default(false),
});
export function createTickets(options) {
    const { client, apps, seal, clock, handleMaxAgeMs, maxTtlMs } = options;
    return {
        async create(app, { scene = "", customData, ttlMs, requester, codeChallenge }, { kind, boundTo }) {
            const created = await client.createTicket({
                scene,
                customData,
                customDataSource: ContextSource.CLAIMED_BY_PAGE,
                requester,
                ...(codeChallenge !== undefined && { codeChallenge }),
                ...(ttlMs !== undefined && { ttl: durationOf(Math.min(ttlMs, maxTtlMs)) }),
            }, { credentials: app.credentials });
            const { ticketId, ticketSecret, qrContent, expireTime, remainingDuration, minPollInterval } = created;
            const content = {
                app: app.id,
                id: ticketId,
                secret: ticketSecret,
                ...(codeChallenge !== undefined && { hasChallenge: true }),
            };
            const handle = await seal.seal(kind, content, { boundTo, expiresAt: clock.wallNow() + handleMaxAgeMs });
            const remainingMs = millisecondsOf(remainingDuration);
            return {
                handle,
                ticketId,
                ticketSecret,
                qrContent,
                expiresAt: expireTime?.getTime() ?? clock.wallNow() + remainingMs,
                remainingMs,
                minPollIntervalMs: millisecondsOf(minPollInterval),
            };
        },
        async open(kind, handle, caller = anybody) {
            const opened = await seal.open(kind, handle);
            const content = handleContent.safeParse(opened?.content).data;
            if (!opened || !content)
                throw ticketNotFound();
            const { boundTo } = opened;
            const app = apps.find(content.app);
            // An app that has left the configuration.
            if (!app)
                throw ticketNotFound();
            if (kind === "handle" && !mayUse(app, boundTo, caller.browsers)) {
                throw boundTo !== undefined && caller.hasNoCookie ? cookieMissing() : ticketNotFound();
            }
            return {
                app,
                credentials: app.credentials,
                ticketId: content.id,
                ticketSecret: content.secret,
                boundTo,
                hasChallenge: content.hasChallenge,
            };
        },
    };
}
function mayUse(app, boundTo, browsers) {
    return boundTo === undefined ? !app.bindToBrowser : isFor(boundTo, browsers);
}
