import { once } from "node:events";
import { Readable } from "node:stream";
import type { ClientReadableStream } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import type { WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import { createWatchCall } from "../../src/client/watch_call.js";
import { withTimeout } from "../support/timeout.js";
import { statusIn } from "./fake_service.js";

function stream() {
  let cancelled = 0;
  const readable = new Readable({ objectMode: true, read() {} });
  const cancel = () => {
    cancelled += 1;
  };
  return {
    stream: Object.assign(readable, { cancel }) as unknown as ClientReadableStream<WatchStatusResponse>,
    push: (revision: number) => readable.push({ status: statusIn(1, { revision }) }),
    end: () => readable.push(null),
    cancelled: () => cancelled,
  };
}

test("a watch call keeps only the newest unread status", async () => {
  const from = stream();
  const call = createWatchCall(from.stream, { address: "127.0.0.1:1" });
  for (let revision = 1; revision <= 1_000; revision += 1) from.push(revision);
  from.end();
  await withTimeout(once(from.stream, "end"), "`end` of the stream");
  expect((await call.next())?.revision).toBe(1_000);
  expect(await call.next()).toBeUndefined();
});

test("an unread status is delivered before the error of the stream", async () => {
  const from = stream();
  const call = createWatchCall(from.stream, { address: "127.0.0.1:1" });
  from.push(7);
  await withTimeout(once(from.stream, "data"), "`data` of the stream");
  from.stream.emit("error", Object.assign(new Error("14"), { code: 14, details: "gone" }));
  expect((await call.next())?.revision).toBe(7);
  await expect(call.next()).rejects.toMatchObject({ codeName: "UNAVAILABLE" });
});

test("stop discards the unread status and cancels the stream", async () => {
  const from = stream();
  const call = createWatchCall(from.stream, { address: "127.0.0.1:1" });
  from.push(7);
  await withTimeout(once(from.stream, "data"), "`data` of the stream");
  const reason = new Error("enough");
  call.stop(reason);
  await expect(call.next()).rejects.toBe(reason);
  expect(from.cancelled()).toBe(1);
});
