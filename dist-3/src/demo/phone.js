import * as z from "zod";
import { signDevelopmentToken } from "../auth/development.js";
import { createApproverClient } from "../client/index.js";
import { systemClock } from "../domain/clock.js";
import { millisecondsOf } from "../domain/durations.js";
import { requesterAnswer, sourceName } from "../gateway/requester.js";
import { read } from "../gateway/requests.js";
const user = z.enum(["alice", "bob"]);
const scanBody = z.strictObject({ user, text: z.string().min(1).max(4096) });
const decisionBody = z.strictObject({ user, ticketId: z.string().min(1).max(64) });
/** The backend of the demo phone: calls the service for the demo user whom the page has chosen. */
export async function phoneRoutes(instance, service) {
    const client = createApproverClient(service);
    instance.addHook("onClose", async () => client.close());
    // A real app signs its user in once, and holds this token.
    const as = async (name) => ({
        token: await signDevelopmentToken(name, systemClock.wallNow()),
    });
    instance.post("/demo/phone/scan", async (request) => {
        const { user: name, text } = read(scanBody, request.body);
        const scanned = await client.markScanned({ scanned: { $case: "qrContent", value: text } }, await as(name));
        const { ticketId, app, customData, remainingDuration } = scanned;
        return {
            ...{ ticketId, app, customData },
            requester: requesterAnswer(scanned.requester),
            customDataSource: sourceName(scanned.customDataSource),
            remainingMs: millisecondsOf(remainingDuration),
        };
    });
    instance.post("/demo/phone/agree", async (request) => {
        const { user: name, ticketId } = read(decisionBody, request.body);
        await client.authorize({ ticketId }, await as(name));
        return {};
    });
    instance.post("/demo/phone/decline", async (request) => {
        const { user: name, ticketId } = read(decisionBody, request.body);
        await client.cancel({ ticketId }, await as(name));
        return {};
    });
}
