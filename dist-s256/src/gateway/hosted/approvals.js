import { HttpRefusal } from "../refusal.js";
import { note } from "../request_log.js";
import { requesterAnswer, sourceName } from "../requester.js";
/** Refuses with USER_UNAUTHENTICATED, TICKET_NOT_FOUND, and with whatever the service says. */
export function createDecide({ approvers }, codes) {
    return async (request, step, name) => {
        const token = tokenOf(request);
        const ticketId = await codes.ticketIdOf(name);
        note(request, { ticketId });
        return steps[step](approvers, ticketId, token);
    };
}
const steps = {
    async SCAN(approvers, ticketId, token) {
        const response = await approvers.markScanned({ scanned: { $case: "ticketId", value: ticketId } }, { token });
        return { description: "the code is marked as scanned", asking: askingOf(response) };
    },
    async CONFIRM(approvers, ticketId, token) {
        await approvers.authorize({ ticketId }, { token });
        return { description: "the sign-in is approved", asking: {} };
    },
    async CANCEL(approvers, ticketId, token) {
        await approvers.cancel({ ticketId }, { token });
        return { description: "the sign-in is declined", asking: {} };
    },
};
function askingOf(scanned) {
    const { app, requester, customData, customDataSource } = scanned;
    return {
        app: { name: app?.name ?? "", logo: app?.logoUrl ?? "" },
        requester: requesterAnswer(requester),
        customData: customData ?? {},
        customDataSource: sourceName(customDataSource),
    };
}
/** The token, with `Bearer` before it or without, or with no space between: each SDK has a form of its own. */
function tokenOf(request) {
    const token = (request.headers.authorization ?? "").trim().replace(/^bearer\s*/i, "");
    // The form of RFC 6750; the client would throw at another.
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
        throw new HttpRefusal(401, "USER_UNAUTHENTICATED", "the token of a signed-in user is required");
    }
    return token;
}
