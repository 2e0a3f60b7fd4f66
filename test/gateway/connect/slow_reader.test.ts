import { once } from "node:events";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { TicketStatus } from "../../../gen/qrlogin/v1/ticket.js";
import { startFakeService } from "../../client/fake_service.js";
import { createManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { startTestGateway } from "../../support/gateway.js";
import { envelope, rpcPath } from "./rpc_calls.js";

const path = rpcPath("WatchStatus");

it("a reader that takes nothing slows the service down, and is disconnected after a minute", async () => {
  const total = 4_000;
  let sent = 0;
  const fake = await startFakeService({
    watchStatus: async (stream) => {
      const status = TicketStatus.fromPartial({ ticketId: "x".repeat(60_000) });
      for (; sent < total && !stream.cancelled; sent++) {
        if (!stream.write({ status })) await Promise.race([once(stream, "drain"), once(stream, "cancelled")]);
      }
    },
  });
  const standing = createManualClock(Date.now());
  const slow = await startTestGateway(fake.address, { clock: standing, rpcMethods: ["WatchStatus"] });
  onTestFinished(async () => {
    await slow.stop();
    fake.stop();
  });
  const [host, port] = slow.address.split(":");
  const reader = connect({ host, port: Number(port) });
  onTestFinished(() => void reader.destroy());
  reader.pause();
  const body = envelope(Buffer.from("{}"));
  reader.write(
    `POST ${path} HTTP/1.1\r\nhost: ${slow.address}\r\ncontent-type: application/connect+json\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  reader.write(body);
  // The clock has an effect only once the gateway waits for the reader.
  await eventually(() => {
    standing.advance(60_000);
    expect(fake.watches[0]?.cancelled).toBe(true);
  });
  expect(sent).toBeLessThan(total / 2);
});
