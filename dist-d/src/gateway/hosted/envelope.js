import { refusalFor, sayWhen } from "../errors.js";
import { refusalOf } from "../refusal.js";
import { codeOf, succeeded } from "./numeric_codes.js";
// `message` is always there and a text, and `data` an object or null: mobile clients cast without looking.
export const version2 = {
    answer: (_request, message, data) => ({ code: succeeded, message, data }),
    refuse: (_request, refusal) => ({ code: codeOf(refusal), message: messageOf(refusal), data: null }),
};
// No `apiCode` beside a success: a client takes it for the outcome.
export const version3 = {
    answer: ({ id }, message, data) => ({ statusCode: succeeded, message, requestId: id, data }),
    refuse: ({ id }, refusal) => ({
        statusCode: refusal.status === 502 ? 500 : refusal.status,
        message: messageOf(refusal),
        apiCode: codeOf(refusal),
        requestId: id,
        data: null,
    }),
};
/**
 * Answers refusals in the envelope, with HTTP 200: of anything else the SDKs read nothing but the status. What no SDK sends,
 * such as broken JSON or a page of an origin that is not listed, keeps its HTTP status.
 */
export function refuseIn(envelope) {
    return (error, request, reply) => {
        const refusal = refusalFor(error, request);
        return sayWhen(reply, refusal)
            .code(httpStatusOf(error, refusal))
            .header("cache-control", "no-store")
            .send(envelope.refuse(request, refusal));
    };
}
function httpStatusOf(error, { reason, status }) {
    if (reason === "ORIGIN_NOT_ALLOWED" || reason === "ROUTE_NOT_FOUND")
        return status;
    const byFramework = refusalOf(error) === undefined && reason !== "INTERNAL";
    return byFramework ? status : 200;
}
/** The SDKs show nothing but the message, so it names the fields too. */
function messageOf({ message, extras: { fieldViolations = [] } }) {
    const fields = fieldViolations.map(({ field, description }) => `${field} ${description}`);
    return [message, ...(fields.length > 0 ? [fields.join("; ")] : [])].join(": ");
}
