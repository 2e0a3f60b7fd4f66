import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { signDevelopmentToken } from "../auth/development.js";
import { type ClientOptions, createApproverClient } from "../client/index.js";
import { systemClock } from "../domain/clock.js";

const user = z.enum(["alice", "bob"]);
const scanBody = z.object({ user, text: z.string().max(4096) });
const decideBody = z.object({ user, ticketId: z.string().max(64) });

/** The backend of the demo phone: calls the service for the demo user whom the page has chosen. */
export async function phoneRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  const client = createApproverClient(service);
  instance.addHook("onClose", async () => client.close());
  const as = async (name: z.output<typeof user>) => ({ token: await signDevelopmentToken(name, systemClock.now()) });

  instance.post("/demo/phone/scan", async (request) => {
    const { user: name, text } = scanBody.parse(request.body);
    const scanned = await client.markScanned({ scanned: { $case: "qrContent", value: text } }, await as(name));
    const { ticketId, app, requester, customData, remainingDuration } = scanned;
    return { ticketId, app, requester, customData, remainingSeconds: remainingDuration?.seconds ?? 0 };
  });

  instance.post("/demo/phone/agree", async (request) => {
    const { user: name, ticketId } = decideBody.parse(request.body);
    return client.authorize({ ticketId }, await as(name));
  });

  instance.post("/demo/phone/decline", async (request) => {
    const { user: name, ticketId } = decideBody.parse(request.body);
    return client.cancel({ ticketId }, await as(name));
  });
}
