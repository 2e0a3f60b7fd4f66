import { expect, test } from "vitest";
import { asksForTraces, startTracing } from "../../src/tracing/tracing.js";

test.each([
  [{}, false],
  [{ OTEL_SERVICE_NAME: "qr", OTEL_TRACES_SAMPLER: "always_on" }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://collector:4318/v1/traces" }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
  [{ OTEL_TRACES_EXPORTER: "otlp" }, true],
  [{ OTEL_TRACES_EXPORTER: "console" }, true],
  [{ OTEL_TRACES_EXPORTER: "none", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, false],
  [{ OTEL_SDK_DISABLED: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, false],
  [{ OTEL_SDK_DISABLED: "false", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, true],
])("the environment %o asks for traces: %s", (env, asks) => {
  expect(asksForTraces(env)).toBe(asks);
});

test("without a wish in the environment, nothing is started", async () => {
  expect(await startTracing({}, "qrlogin")).toBeUndefined();
});

test("an exporter that is not known is an error that names the choices", async () => {
  await expect(startTracing({ OTEL_TRACES_EXPORTER: "zipkin" }, "qrlogin")).rejects.toThrow(
    'OTEL_TRACES_EXPORTER: "zipkin" is not known here; use otlp, console or none',
  );
});
