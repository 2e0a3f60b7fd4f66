import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { loadDescriptors } from "../../src/server/reflection.js";
import { byId, created, orThrow, scanned } from "../support/callers.js";
import { alice, setStage, shop } from "../support/stage.js";

setStage();

/** A first call of each method that the proto marks IDEMPOTENT, and the same call once more. */
const repeated: Readonly<Record<string, () => Promise<readonly [unknown, unknown]>>> = {
  async GetStatus() {
    const ticket = await created(shop);
    return [orThrow(await shop.getStatus(ticket)), orThrow(await shop.getStatus(ticket))];
  },
  async MarkScanned() {
    const ticket = byId(await created(shop));
    return [orThrow(await alice.markScanned(ticket)), orThrow(await alice.markScanned(ticket))];
  },
  async Authorize() {
    const ticket = await scanned(shop, alice);
    return [orThrow(await alice.authorize(ticket)), orThrow(await alice.authorize(ticket))];
  },
  async Cancel() {
    const ticket = await scanned(shop, alice);
    return [orThrow(await alice.cancel(ticket)), orThrow(await alice.cancel(ticket))];
  },
  async Withdraw() {
    const ticket = await created(shop);
    return [orThrow(await shop.withdraw(ticket)), orThrow(await shop.withdraw(ticket))];
  },
};

const marked = (loadDescriptors().getService("qrlogin.v1.QrLoginService")?.methods ?? [])
  .filter(({ idempotency }) => idempotency === MethodOptions_IdempotencyLevel.IDEMPOTENT)
  .map(({ name }) => name);

describe("a method that the proto marks IDEMPOTENT", () => {
  it("has a case here", () => {
    expect(Object.keys(repeated).sort()).toEqual([...marked].sort());
  });

  it.each(marked)("answers the same and changes nothing when called once more: %s", async (method) => {
    const [first, second] = (await repeated[method]?.()) ?? [];
    expect(first).toBeDefined();
    expect(second).toEqual(first);
  });
});
