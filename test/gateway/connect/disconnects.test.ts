import { request } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { startFakeService } from "../../client/fake_service.js";
import { eventually } from "../../support/eventually.js";
import { startTestGateway } from "../../support/gateway.js";
import { rpcPath } from "./rpc_calls.js";

it("a caller that disconnects cancels its call at the service", async () => {
  let cancelled = false;
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const fake = await startFakeService({
    authorize: (call) => {
      arrive();
      return new Promise((resolve) => {
        call.once("cancelled", () => {
          cancelled = true;
          resolve({});
        });
      });
    },
  });
  const gateway = await startTestGateway(fake.address);
  onTestFinished(async () => {
    await gateway.stop();
    fake.stop();
  });
  const headers = { "content-type": "application/json" };
  const sent = request(gateway.url + rpcPath("Authorize"), { method: "POST", headers, agent: false });
  sent.on("error", () => {});
  sent.end("{}");
  await arrived;
  sent.destroy();
  await eventually(() => expect(cancelled).toBe(true));
});
