import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { type DevelopmentUser, signDevelopmentToken } from "../auth/development_identities.js";
import { systemClock } from "../base/clock.js";
import { millisecondsOf } from "../base/durations.js";
import { type ClientOptions, createApproverClient } from "../client/index.js";
import { sourceName, toRequesterJson } from "../gateway/http/requester_json.js";
import { validate } from "../gateway/http/validation.js";

const userSchema = z.enum(["alice", "bob"]);
const scanSchema = z.strictObject({ user: userSchema, text: z.string().min(1).max(4096) });
const decisionSchema = z.strictObject({ user: userSchema, ticketId: z.string().min(1).max(64) });

/** Registers the backend of the demo phone. It calls the service as the demo user that the page has chosen. */
export async function phoneRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  const client = createApproverClient(service);
  instance.addHook("onClose", async () => client.close());
  // A real app signs its user in once and keeps the token.
  const credentialsOf = async (name: DevelopmentUser) => ({
    token: await signDevelopmentToken(name, systemClock.wallNow()),
  });

  instance.post("/demo/phone/scan", async (request) => {
    const { user: name, text } = validate(scanSchema, request.body);
    const scanned = await client.markScanned(
      { scanned: { $case: "qrContent", value: text } },
      await credentialsOf(name),
    );
    const { ticketId, app, customData, remainingDuration } = scanned;
    return {
      ...{ ticketId, app, customData },
      requester: toRequesterJson(scanned.requester),
      customDataSource: sourceName(scanned.customDataSource),
      remainingMs: millisecondsOf(remainingDuration),
    };
  });

  instance.post("/demo/phone/agree", async (request) => {
    const { user: name, ticketId } = validate(decisionSchema, request.body);
    await client.authorize({ ticketId }, await credentialsOf(name));
    return {};
  });

  instance.post("/demo/phone/decline", async (request) => {
    const { user: name, ticketId } = validate(decisionSchema, request.body);
    await client.cancel({ ticketId }, await credentialsOf(name));
    return {};
  });
}
