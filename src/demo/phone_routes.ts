import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { signDevelopmentToken } from "../auth/development_identities.js";
import { systemClock } from "../base/clock.js";
import { validate } from "../gateway/http/validation.js";

const tokenSchema = z.strictObject({ user: z.enum(["alice", "bob"]) });

/**
 * Registers the only call of the demo phone that no other mobile app makes: it issues the token that an app
 * receives when its user signs in. Everything else the page calls at the gateway, like any app.
 */
export async function phoneRoutes(instance: FastifyInstance): Promise<void> {
  instance.post("/demo/phone/token", async (request) => {
    const { user } = validate(tokenSchema, request.body);
    return { token: await signDevelopmentToken(user, systemClock.wallNow()) };
  });
}
