import { status } from "@grpc/grpc-js";
import fastify from "fastify";
import { expect, it } from "vitest";
import { type AppClient, QrLoginError } from "../../src/client/index.js";
import { signingKeysRoute } from "../../src/gateway/routes/signing_keys_route.js";
import { createSigningKeyCache } from "../../src/gateway/tickets/signing_key_cache.js";
import { createManualClock } from "../support/clock.js";

const jwks = '{"keys":[]}';

/** Creates a service that fails while `fails` is set, and counts the calls. */
function failingService() {
  const service = { fails: true, failure: new Error("the service is away"), asked: 0 };
  const getSigningKeys: AppClient["getSigningKeys"] = async () => {
    service.asked++;
    if (service.fails) throw service.failure;
    return { issuer: "https://qr.example.com", jwks };
  };
  const clock = createManualClock();
  return { service, clock, signingKeyCache: createSigningKeyCache({ getSigningKeys }, clock) };
}

it("the published keys are requested again after a failure, and not only five minutes later", async () => {
  const { service, signingKeyCache } = failingService();
  const server = fastify();
  await signingKeysRoute(server, { signingKeyCache });
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
  const { service, clock, signingKeyCache } = failingService();
  await expect(signingKeyCache.areConfigured()).rejects.toThrow("the service is away");
  service.fails = false;
  const ask = () => signingKeyCache.areConfigured();
  expect([await ask(), await ask(), service.asked]).toEqual([true, true, 2]);
  clock.advance(60_000);
  expect([await ask(), service.asked]).toEqual([true, 3]);
});

it("a service that does not know the call for its signing keys signs none, and is not asked each time", async () => {
  const { service, signingKeyCache } = failingService();
  service.failure = new QrLoginError(status.UNIMPLEMENTED, "unknown method");
  expect([await signingKeyCache.areConfigured(), await signingKeyCache.areConfigured()]).toEqual([
    false,
    false,
  ]);
  expect(service.asked).toBe(1);
  await expect(signingKeyCache.get(60_000)).rejects.toThrow("unknown method");
});

it("the published keys and the token sets share one call for the signing keys", async () => {
  const { service, signingKeyCache } = failingService();
  service.fails = false;
  await Promise.all([signingKeyCache.get(60_000), signingKeyCache.areConfigured()]);
  expect(service.asked).toBe(1);
});
