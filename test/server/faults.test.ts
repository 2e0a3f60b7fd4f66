import { status } from "@grpc/grpc-js";
import { expect, it } from "vitest";
import { asApp, createTestTicket } from "../support/callers.js";
import { eventually } from "../support/eventually.js";
import { failStore, server, shop, useTestServer } from "../support/test_server.js";
import { withTimeout } from "../support/timeout.js";

useTestServer();

it("logs an internal error even if the client has cancelled the call", async () => {
  const proof = await createTestTicket(shop);
  let reached = () => {};
  const reading = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let goOn = () => {};
  const gone = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  failStore({
    async get() {
      reached();
      await gone;
      throw new TypeError("a fault");
    },
  });
  const cancelled = new Promise<number | undefined>((resolve) => {
    const call = server.client.getStatus(proof, asApp("shop"), (error) => resolve(error?.code));
    void reading.then(() => call.cancel());
  });
  expect(await withTimeout(cancelled, "the end of a cancelled call")).toBe(status.CANCELLED);
  // A second call on the same connection follows: its response shows that the server has seen the
  // cancellation.
  failStore();
  await shop.getStatus(proof);
  goOn();
  await eventually(() => {
    const lines = server.lines.filter(({ reason }) => reason === "INTERNAL");
    expect(lines).toMatchObject([{ level: 50, method: "GetStatus", msg: "call failed" }]);
  });
});
