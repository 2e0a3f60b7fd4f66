import { Metadata } from "@grpc/grpc-js";
import { type Context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import * as node from "@opentelemetry/sdk-trace-node";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ServerCall } from "../../src/server/calls/running_call.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { CallContexts } from "../../src/tracing/call_contexts.js";
import { createRootSampling } from "../../src/tracing/root_sampling.js";
import { loadSdk, startTracingWith } from "../../src/tracing/tracing.js";
import { startTracedServers, type TracedServers } from "./traced_setup.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const traceparent = (flags: "00" | "01") => ({ traceparent: `00-${traceId}-b7ad6b7169203331-${flags}` });
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

function stubSampler(sampler: string, argument?: string): void {
  vi.stubEnv("OTEL_TRACES_SAMPLER", sampler);
  vi.stubEnv("OTEL_TRACES_SAMPLER_ARG", argument);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** Creates a ticket through the gateway. Returns the ids of the traces in the lines of the gateway and the service. */
async function createTicket({ browser, ...servers }: TracedServers, headers: Record<string, string>) {
  await browser.create({ appId: "demo-app" }, headers);
  const request = servers.gatewayLines().find(({ route }) => route === "/qrlogin/v1/tickets");
  const call = servers.serviceLines().find(({ method }) => method === "CreateTicket");
  expect(call?.code).toBe("OK");
  return [request?.traceId, call?.traceId];
}

describe("a trace that is not recorded", () => {
  it("a caller's decision not to record reaches the service, which does not decide again", async () => {
    stubSampler("parentbased_always_on");
    const servers = await startTracedServers({ trusted: ["127.0.0.1"] });
    expect(await createTicket(servers, traceparent("00"))).toEqual([traceId, traceId]);
    expect(await servers.spans()).toEqual([]);
  });

  it("the gateway's decision not to record reaches the service, and both log the same trace", async () => {
    stubSampler("traceidratio", "0");
    const servers = await startTracedServers({ trusted: [] });
    const [request, call] = await createTicket(servers, {});
    expect(request).toMatch(/^[0-9a-f]{32}$/);
    expect(call).toBe(request);
    expect(await servers.spans()).toEqual([]);
  });

  it("a trusted caller's recorded trace is recorded even if no other is", async () => {
    stubSampler("parentbased_always_off");
    const servers = await startTracedServers({ trusted: ["127.0.0.1"] });
    await createTicket(servers, traceparent("01"));
    const [first, ...others] = await servers.spans();
    expect(others).not.toEqual([]);
    expect(first?.spanContext().traceId).toBe(traceId);
  });

  it("a stranger cannot have its trace recorded", async () => {
    stubSampler("parentbased_always_off");
    const servers = await startTracedServers({ trusted: [] });
    const ids = await createTicket(servers, traceparent("01"));
    expect(ids).not.toContain(traceId);
    expect(await servers.spans()).toEqual([]);
  });
});

/** Starts traces without a gateway, whose spans go to the returned exporter. */
async function startServiceTraces() {
  const exporter = new node.InMemorySpanExporter();
  const processor = new node.SimpleSpanProcessor(exporter);
  const tracing = startTracingWith(await loadSdk(), processor, "test", process.env);
  onTestFinished(() => tracing.stop());
  const startCall = (sent: Record<string, string>) => {
    const call: Pick<ServerCall, "metadata" | "getPath" | "getPeer"> = {
      metadata: Metadata.fromHttp2Headers(sent),
      getPath: () => "/qrlogin.v1.QrLoginService/CreateTicket",
      getPeer: () => "127.0.0.1:40000",
    };
    return tracing.callTracer(["127.0.0.1"]).start(call as ServerCall);
  };
  return { exporter, startCall, tracing };
}

describe("a call of the service", () => {
  it("has ids for its log line if its trace is recorded or was sent by its caller, else none", async () => {
    stubSampler("parentbased_traceidratio", "0");
    const { startCall } = await startServiceTraces();
    expect(startCall({}).ids).toBeUndefined();
    expect(startCall(traceparent("00")).ids).toMatchObject({ traceId });
    expect(startCall(traceparent("01")).ids).toMatchObject({ traceId });
  });

  it("is not part of another call's trace, even if it starts while that one runs", async () => {
    stubSampler("parentbased_always_off");
    const { startCall } = await startServiceTraces();
    const active = await startCall(traceparent("01")).run(async () => {
      await aTurn();
      return startCall({}).run(async () => {
        await aTurn();
        return trace.getActiveSpan();
      });
    });
    expect(active).toBeUndefined();
  });

  it("has its context across awaits while it is recorded, a watch until its first status", async () => {
    stubSampler("always_on");
    const { startCall } = await startServiceTraces();
    const watch = startCall({});
    const spanIds = await watch.run(async () => {
      await aTurn();
      const first = trace.getActiveSpan()?.spanContext().spanId;
      watch.addStatus("PENDING", undefined, () => {});
      await aTurn();
      return [first, trace.getActiveSpan()];
    });
    expect(spanIds).toEqual([watch.ids?.spanId, undefined]);
  });
});

it("reads of Redis outside of a recorded call are in no trace, and begin none", async () => {
  stubSampler("always_on");
  const { exporter, startCall, tracing } = await startServiceTraces();
  const store = tracing.traceStore(
    { get: async () => undefined } as Partial<TicketStore> as TicketStore,
    true,
  );
  await store.get("outside");
  expect(exporter.getFinishedSpans()).toEqual([]);
  await startCall({}).run(() => store.get("within"));
  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(["redis get"]);
});

it("a watch leaves its context with its first status, even while another call holds contexts", async () => {
  stubSampler("always_on");
  const { startCall } = await startServiceTraces();
  const [watch, other] = [startCall({}), startCall({})];
  const active = () => trace.getActiveSpan()?.spanContext().spanId;
  const later = new Promise((resolve) => {
    watch.run(() => watch.addStatus("PENDING", undefined, () => setImmediate(() => resolve(active()))));
  });
  expect(await later).toBeUndefined();
  expect(await other.run(async () => active())).toBe(other.ids?.spanId);
  for (const call of [watch, other]) call.end(0);
});

describe("the contexts of calls", () => {
  const key = Symbol("test");
  const named = (name: string): Context => ROOT_CONTEXT.setValue(key, name);

  it("last across awaits until the last holder has released them, and again for the next holder", async () => {
    const contexts = new CallContexts();
    const readAfterTurn = (name: string) =>
      contexts.with(named(name), async () => {
        await aTurn();
        return contexts.active().getValue(key);
      });
    for (const round of ["first", "second"]) {
      const [one, two] = [contexts.hold(), contexts.hold()];
      expect(await readAfterTurn(round)).toBe(round);
      one();
      one();
      expect(await readAfterTurn(round)).toBe(round);
      two();
      expect(await readAfterTurn(round)).toBeUndefined();
    }
  });

  it("last for a synchronous call without a holder, even if it throws", () => {
    const contexts = new CallContexts();
    const read = () => contexts.active().getValue(key);
    expect(contexts.with(named("outer"), () => [contexts.with(named("inner"), read), read()])).toEqual([
      ...["inner", "outer"],
    ]);
    expect(() =>
      contexts.with(named("outer"), () => {
        throw new Error("a fault");
      }),
    ).toThrow("a fault");
    expect(contexts.active()).toBe(ROOT_CONTEXT);
    expect(contexts.bind(named("bound"), read)()).toBe("bound");
  });
});

describe("the early question whether a trace is recorded", () => {
  it.each([
    ...[
      ["always_on", undefined, 100],
      ["parentbased_always_on", undefined, 100],
      [undefined, undefined, 100],
    ],
    ...[
      ["always_off", undefined, 0],
      ["parentbased_always_off", undefined, 0],
    ],
    ...[
      ["traceidratio", "0", 0],
      ["parentbased_traceidratio", "1", 100],
    ],
    ...[
      ["traceidratio", "x", 100],
      ["traceidratio", "2", 100],
      ["traceidratio", undefined, 100],
    ],
    ...[
      ["traceidratio ", "0", 100],
      ["unknown", "0", 100],
    ],
  ] as const)(
    "sampler %j with %j records %i of 100 traces, and the SDK agrees",
    (sampler, argument, expected) => {
      stubSampler(sampler as string, argument);
      const roots = createRootSampling(node, process.env);
      const tracer = new node.NodeTracerProvider({ idGenerator: roots.ids }).getTracer("test");
      const decide = () => {
        const isRecorded = roots.isNextRecorded();
        expect(tracer.startSpan("call", {}, ROOT_CONTEXT).isRecording()).toBe(isRecorded);
        return isRecorded;
      };
      expect(Array.from({ length: 100 }, decide).filter(Boolean)).toHaveLength(expected);
    },
  );

  it("a trace that is recorded by its share has the id that was asked about", () => {
    stubSampler("parentbased_traceidratio", "0.3");
    const roots = createRootSampling(node, process.env);
    const tracer = new node.NodeTracerProvider({ idGenerator: roots.ids }).getTracer("test");
    const asked = Array.from({ length: 1_000 }, () => {
      if (!roots.isNextRecorded()) return undefined;
      return tracer.startSpan("call", {}, ROOT_CONTEXT).isRecording();
    });
    expect(new Set(asked)).toEqual(new Set([true, undefined]));
  });
});
