import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { anyPortEnvironment, qrlogin, readyAddresses, startQrlogin } from "../support/process.js";
import { signInAlice } from "../support/sign_in_alice.js";

/** One request that a collector received. */
interface Export {
  readonly path: string | undefined;
  readonly type: string | undefined;
  /** The body. Its texts can be read, since protobuf writes them as they are. */
  readonly body: string;
}

/** Starts a collector that accepts everything. */
async function startCollector(): Promise<{ readonly url: string; readonly exports: readonly Export[] }> {
  const exports: Export[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { url: path, headers } = request;
    exports.push({ path, type: headers["content-type"], body: Buffer.concat(parts).toString("latin1") });
    response.setHeader("content-type", "application/x-protobuf").end();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exports };
}

test("a process that the environment names a collector exports its spans, the last ones when it stops", async () => {
  const collector = await startCollector();
  const running = startQrlogin(["serve"], {
    ...anyPortEnvironment,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: "sign-in-test",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging",
  });
  const { grpc } = await readyAddresses(running);
  expect((await signInAlice({ address: grpc }))?.userId).toBe("alice");
  running.kill("SIGTERM");
  const { code, stdout } = await running.exited;
  expect(code).toBe(0);

  expect(collector.exports.length).toBeGreaterThan(0);
  for (const { path, type } of collector.exports) {
    expect([path, type]).toEqual(["/v1/traces", "application/x-protobuf"]);
  }
  const all = collector.exports.map(({ body }) => body).join("");
  for (const text of ["sign-in-test", "staging", "qrlogin.v1.QrLoginService/Authorize", "EXCHANGED"]) {
    expect(all).toContain(text);
  }
  const call = stdout.split("\n").find((line) => line.includes('"method":"Authorize"'));
  expect(JSON.parse(call ?? "{}")).toMatchObject({
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
});

test("a collector that cannot be reached changes no sign-in, and the log says so", async () => {
  const running = startQrlogin(["serve"], {
    ...anyPortEnvironment,
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
  const { grpc } = await readyAddresses(running);
  expect((await signInAlice({ address: grpc }))?.userId).toBe("alice");
  expect(await running.waitForLine("traces cannot be exported")).toContain('"level":40');
  running.kill("SIGTERM");
  expect((await running.exited).code).toBe(0);
});

test("an exporter that is not known ends the start with one line", async () => {
  const { code, stderr } = await qrlogin(["serve"], {
    ...anyPortEnvironment,
    OTEL_TRACES_EXPORTER: "zipkin",
  });
  expect(code).toBe(1);
  expect(stderr).toBe(
    'qrlogin: OTEL_TRACES_EXPORTER: "zipkin" is not known here; use otlp, console or none\n',
  );
});
