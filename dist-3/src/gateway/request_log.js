import { stdSerializers } from "pino";
import { logNameOf } from "../domain/secrets.js";
import { createLineLimit, refusalsPerInterval } from "../log/line_limit.js";
const notes = new WeakMap();
/** Has the line of this request tell more. */
export function note(request, { ticketId, ...more }) {
    const known = notes.get(request) ?? {};
    const given = Object.entries(more).filter(([, value]) => value !== undefined);
    const ticket = ticketId === undefined ? {} : { ticket: logNameOf(ticketId) };
    notes.set(request, { ...known, ...Object.fromEntries(given), ...ticket });
}
/** Requests that were not refused and have a line of their own, in a minute and for each route. */
const requestsPerInterval = 6_000;
/** By server, whose routes share them. */
const limitsByServer = new WeakMap();
/**
 * Writes one line for each request: its route and never its address, which may hold a handle. Floods are summed up each
 * minute.
 */
export function logRequests(instance, clock) {
    const limits = limitsByServer.get(instance.server) ?? createLineLimits(instance, clock);
    limitsByServer.set(instance.server, limits);
    instance.addHook("onResponse", async (request, reply) => {
        const { method, routeOptions } = request;
        const { statusCode: status } = reply;
        const noted = notes.get(request);
        const reason = noted?.reason ?? String(status);
        const isRefused = status >= 400 || noted?.reason !== undefined;
        const named = { method: methodOf(request), reason };
        const isWritten = isRefused
            ? limits.refusals.admits({ budget: reason, ...named })
            : limits.requests.admits({ budget: named.method, ...named });
        if (!isWritten)
            return;
        const durationMs = Math.round(reply.elapsedTime * 1_000) / 1_000;
        request.log.info({ method, route: routeOptions.url, status, durationMs, ...noted }, "request");
    });
}
/** Returns whether a fault has a line of its own, with its cause. */
export function hasOwnFaultLine(request, reason) {
    const faults = limitsByServer.get(request.server.server)?.faults;
    return faults?.admits({ budget: reason, method: methodOf(request), reason, isFault: true }) ?? true;
}
function createLineLimits(instance, clock) {
    const limit = (message, lines) => createLineLimit({ log: instance.log, clock, lines, message });
    const limits = {
        requests: limit("requests summed up", requestsPerInterval),
        refusals: limit("refusals summed up", refusalsPerInterval),
        faults: limit("faults summed up", refusalsPerInterval),
    };
    instance.addHook("onClose", async () => {
        for (const each of Object.values(limits))
            each.close();
    });
    return limits;
}
/** Method and route, for summaries: from a bounded set, whatever is asked for. */
function methodOf({ method, routeOptions }) {
    return `${method} ${routeOptions.url ?? "without a route"}`;
}
/** For fastify's own lines: the path without the query string, and no header. */
export const logSerializers = {
    req: (request) => `${request.method} ${pathOf(request.url)}`,
    res: (reply) => String(reply.statusCode),
    // Fastify quotes the address in some of its errors.
    err: (error) => withoutQuery(error.stack ?? error.message),
};
/**
 * For errors: without the bytes that the parser of HTTP could not read, in which a handle or a cookie may be, and without
 * the query strings that a framework quotes.
 */
export function errorSerializer(error) {
    const { rawPacket: _, ...told } = stdSerializers.err(error);
    return { ...told, message: withoutQuery(told.message), stack: withoutQuery(told.stack) };
}
function withoutQuery(text) {
    return text.replace(/\?[^\s"']*/g, "?…");
}
/** Names of pictures hold the text of a code, sealed; the log has no use for them either. */
function pathOf(url) {
    return (url.split("?", 1)[0] ?? "").replace(/[\w.-]{100,}/g, "…");
}
