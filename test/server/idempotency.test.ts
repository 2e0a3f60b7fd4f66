import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { loadDescriptors } from "../../src/server/reflection.js";
import {
  checkCodeSettings,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
} from "../support/callers.js";
import { alice, restartServer, shop, useTestServer } from "../support/test_server.js";

useTestServer();

/** Calls of each method that the proto marks IDEMPOTENT: the first one, and its repetition. */
const repeated: Readonly<Record<string, () => Promise<readonly [unknown, unknown]>>> = {
  async GetStatus() {
    const ticket = await createTestTicket(shop);
    return [responseOrThrow(await shop.getStatus(ticket)), responseOrThrow(await shop.getStatus(ticket))];
  },
  async MarkScanned() {
    const ticket = scannedById(await createTestTicket(shop));
    return [
      responseOrThrow(await alice.markScanned(ticket)),
      responseOrThrow(await alice.markScanned(ticket)),
    ];
  },
  async Authorize() {
    await restartServer({ settings: checkCodeSettings });
    const ticket = await createScannedTicket(shop, alice);
    return [responseOrThrow(await alice.authorize(ticket)), responseOrThrow(await alice.authorize(ticket))];
  },
  async Cancel() {
    const ticket = await createScannedTicket(shop, alice);
    return [responseOrThrow(await alice.cancel(ticket)), responseOrThrow(await alice.cancel(ticket))];
  },
  async Withdraw() {
    const ticket = await createTestTicket(shop);
    return [responseOrThrow(await shop.withdraw(ticket)), responseOrThrow(await shop.withdraw(ticket))];
  },
};

const idempotentMethods = (loadDescriptors().getService("qrlogin.v1.QrLoginService")?.methods ?? [])
  .filter(({ idempotency }) => idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENT)
  .map(({ name }) => name);

describe("a method that the proto marks IDEMPOTENT", () => {
  it("a method marked IDEMPOTENT has a case in this test", () => {
    expect(Object.keys(repeated).sort()).toEqual([...idempotentMethods].sort());
  });

  it.each(idempotentMethods)(
    "a method marked IDEMPOTENT returns the same and changes nothing when it is called again: %s",
    async (method) => {
      const [first, second] = (await repeated[method]?.()) ?? [];
      expect(first).toBeDefined();
      expect(second).toEqual(first);
    },
  );
});
