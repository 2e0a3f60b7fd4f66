import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { expect, onTestFinished, test } from "vitest";
import { loadSdk, startTracingWith } from "../../src/tracing/tracing.js";
import { freePort } from "../support/free_port.js";

test("a request to an issuer within a call is a span of the call, and takes no context along", async () => {
  const headers: object[] = [];
  const issuer = createServer((request, response) => {
    headers.push(request.headers);
    response.statusCode = 503;
    response.end();
  });
  await new Promise<void>((resolve) => void issuer.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void issuer.close());
  const { port } = issuer.address() as AddressInfo;
  const exporter = new InMemorySpanExporter();
  const tracing = startTracingWith(await loadSdk(), new SimpleSpanProcessor(exporter), "test", process.env);
  // Contexts last across awaits, as they do while a call is recorded.
  tracing.requestTracer([]);

  const closedPort = await freePort();
  const url = `http://127.0.0.1:${port}/jwks?secret=1`;
  await fetch(url);
  const callSpanId = await trace.getTracer("test").startActiveSpan("call", async (span) => {
    await fetch(url);
    await expect(fetch(`http://127.0.0.1:${closedPort}/`)).rejects.toThrow();
    span.end();
    return span.spanContext().spanId;
  });
  const spans = exporter.getFinishedSpans();
  await tracing.stop();

  expect(spans.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual([
    ["GET", callSpanId],
    ["GET", callSpanId],
    ["call", undefined],
  ]);
  expect(spans[0]?.attributes).toEqual({
    ...{ "http.request.method": "GET", "http.response.status_code": 503 },
    ...{ "server.address": "127.0.0.1", "server.port": port },
  });
  expect(spans[1]?.attributes["error.type"]).toEqual(expect.any(String));
  for (const sent of headers) expect(sent).not.toHaveProperty("traceparent");
});
