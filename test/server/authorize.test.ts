import { expect, it } from "vitest";
import { CreatorCapability } from "../../gen/qrlogin/v1/qr_login_service.js";
import { createScannedTicket, responseOrThrow, scannedByText } from "../support/callers.js";
import { alice, clock, restartServer, shop, useTestServer } from "../support/test_server.js";

useTestServer({ settings: { policy: { checkCode: { mode: "always" } } } });

it("Authorize returns the time to type the check code: a minute at least, and less in a repeated call", async () => {
  const { ticketId, qrContent } = responseOrThrow(
    await shop.createTicket({
      ttl: { seconds: 30, nanos: 0 },
      capabilities: [CreatorCapability.CHECK_CODE],
    }),
  );
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
  clock.advance(25_000);
  const late = responseOrThrow(await alice.authorize({ ticketId }));
  expect(late.remainingDuration).toEqual({ seconds: 60, nanos: 0 });
  clock.advance(10_000);
  const repeated = responseOrThrow(await alice.authorize({ ticketId }));
  expect(repeated).toEqual({ ...late, remainingDuration: { seconds: 50, nanos: 0 } });
});

it("Authorize returns no time if there is no check code", async () => {
  await restartServer({});
  const { ticketId } = await createScannedTicket(shop, alice);
  expect(responseOrThrow(await alice.authorize({ ticketId })).remainingDuration).toBeUndefined();
});
