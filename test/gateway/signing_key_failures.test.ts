import fastify from "fastify";
import { expect, it } from "vitest";
import type { AppClient } from "../../src/client/index.js";
import { createTokenSets } from "../../src/gateway/authing/token_sets.js";
import type { GatewayContext } from "../../src/gateway/context.js";
import { signingKeysRoute } from "../../src/gateway/routes/signing_keys_route.js";
import { createManualClock } from "../support/clock.js";

const jwks = '{"keys":[]}';

/** Creates a service that fails while `fails` is set, and counts the calls. */
function failingService() {
  const service = { fails: true, asked: 0 };
  const getSigningKeys: AppClient["getSigningKeys"] = async () => {
    service.asked++;
    if (service.fails) throw new Error("the service is away");
    return { issuer: "https://qr.example.com", jwks };
  };
  return {
    service,
    parts: { appClient: { getSigningKeys }, clock: createManualClock() } as unknown as GatewayContext,
  };
}

it("the published keys are requested again after a failure, and not only five minutes later", async () => {
  const { service, parts } = failingService();
  const server = fastify();
  await signingKeysRoute(server, parts);
  const ask = () => server.inject("/.well-known/jwks.json");
  expect((await ask()).statusCode).toBe(500);
  service.fails = false;
  const answer = await ask();
  expect([answer.statusCode, answer.body, service.asked]).toEqual([200, jwks, 2]);
  await ask();
  expect(service.asked).toBe(2);
  await server.close();
});

it("whether tokens are signed is requested again after a failure, and then cached", async () => {
  const { service, parts } = failingService();
  const { areSigned } = createTokenSets(parts);
  await expect(areSigned()).rejects.toThrow("the service is away");
  service.fails = false;
  expect([await areSigned(), await areSigned(), service.asked]).toEqual([true, true, 2]);
});
