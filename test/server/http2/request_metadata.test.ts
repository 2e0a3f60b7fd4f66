import { Server, ServerCredentials, type ServerUnaryCall } from "@grpc/grpc-js";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { GetStatusResponse, QrLoginServiceService } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { createAdmissions } from "../../../src/server/calls/admission.js";
import { silentCallObserver } from "../../../src/server/calls/call_observer.js";
import { createHttp2Limits } from "../../../src/server/http2/http2_limits.js";
import { weightOf } from "../../../src/server/http2/request_metadata.js";
import { createManualClock } from "../../support/clock.js";
import { connectPeer, grpcFrame } from "../../support/http2_peer.js";

const limits = {
  messageBytes: 65_536,
  ...{ connections: 10, connectionsPerAddress: 10, handshakeTimeout: 10_000, requestTimeout: 10_000 },
  ...{
    incompleteRequests: 10,
    streamsPerConnection: 10,
    streamResetRate: 10,
    metadataBytes: 20_480,
    healthWatches: 10,
  },
  ...{ watches: 10, watchesPerApp: 10, callsPerApp: 10 },
};

interface KeptMetadata {
  readonly metadata: Record<string, unknown>;
  readonly hasDeadline: boolean;
}

/** Returns the metadata that remains of a call with these fields. */
async function metadataKeptOf(fields: Record<string, string>): Promise<KeptMetadata | undefined> {
  const server = new Server();
  let kept: KeptMetadata | undefined;
  server.addService(
    { getStatus: QrLoginServiceService.getStatus },
    {
      getStatus(
        call: ServerUnaryCall<unknown, unknown>,
        callback: (error: null, answer: GetStatusResponse) => void,
      ) {
        kept = { metadata: call.metadata.getMap(), hasDeadline: Number.isFinite(Number(call.getDeadline())) };
        callback(null, GetStatusResponse.fromPartial({}));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const clock = createManualClock(Date.now());
  const log = pino({ enabled: false });
  const admissions = createAdmissions(limits);
  const held = createHttp2Limits({
    ...{ config: limits, clock, log, services: [QrLoginServiceService], admissions },
    ...{ appOf: () => undefined, observer: silentCallObserver },
  });
  held.attach(server);
  const peer = await connectPeer(`127.0.0.1:${port}`);
  onTestFinished(() => {
    peer.close();
    held.close();
    server.forceShutdown();
  });
  const call = peer.call(QrLoginServiceService.getStatus.path, fields);
  call.end(grpcFrame());
  expect((await call.ended).code).toBe("OK");
  return kept;
}

it("a call with large metadata keeps only fields that are read, such as credential and deadline", async () => {
  const authorization = `Bearer ${"t".repeat(9_000)}`;
  const kept = await metadataKeptOf({ authorization, "x-padding": "p".repeat(9_000), "grpc-timeout": "5S" });
  expect(kept).toEqual({ metadata: { authorization }, hasDeadline: true });
});

it("metadata counts as one call for each 2 KiB begun", () => {
  expect([600, 2_048, 2_049, 4_096, 20_480].map(weightOf)).toEqual([1, 1, 2, 2, 10]);
});
