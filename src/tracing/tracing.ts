import { context, DiagLogLevel, diag, propagation, trace } from "@opentelemetry/api";
import type * as resourceSdk from "@opentelemetry/resources";
import type * as traceSdk from "@opentelemetry/sdk-trace-node";
import type { Logger } from "pino";
import { systemClock } from "../base/clock.js";
import { createNetworkMatcher, parseNetworks } from "../base/ip_network.js";
import { withTimeout } from "../base/with_timeout.js";
import type { RequestTracer } from "../gateway/http/request_tracer.js";
import type { CallTracer } from "../server/calls/call_tracer.js";
import type { TicketStore } from "../store/ticket_store.js";
import { CallContexts } from "./call_contexts.js";
import { createCallTracer } from "./call_tracer.js";
import { traceFetches } from "./fetch_spans.js";
import { createRequestTracer } from "./request_tracer.js";
import { createRootSampling } from "./root_sampling.js";
import { traceStore } from "./traced_store.js";

/** The traces of a process. */
export interface Tracing {
  /** Returns the tracer of the service. Continues the traces of callers in these networks (CIDR). */
  callTracer(trustedNetworks: readonly string[]): CallTracer;
  /** Returns the tracer of the gateway. Continues the traces of callers in these networks (CIDR). */
  requestTracer(trustedNetworks: readonly string[]): RequestTracer;
  traceStore(store: TicketStore, isRemote: boolean): TicketStore;
  /** Reports problems of the export to this log from now on. */
  reportTo(log: Pick<Logger, "warn">): void;
  /** Exports the spans that wait, for at most two seconds, and ends the tracing. */
  stop(): Promise<void>;
}

/** Environment variables, as the process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns whether the standard variables of OpenTelemetry ask for traces: a collector, or an exporter by name. Nothing
 * else of OpenTelemetry's SDK is loaded before.
 */
export function asksForTraces(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") return false;
  const exporter = env.OTEL_TRACES_EXPORTER?.trim();
  if (exporter) return exporter !== "none";
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/** The packages that tracing needs, which are not installed with qrlogin. */
const packages = [
  "@opentelemetry/sdk-trace-node@2",
  "@opentelemetry/resources@2",
  "@opentelemetry/exporter-trace-otlp-proto@0.223",
];

/** Time for the last export when the process stops, in milliseconds. A stop has little more than its grace period. */
const exportTimeout = 2_000;

/** Returns the fields that all log lines within a span have. */
export function activeTraceFields(): object {
  const span = trace.getActiveSpan();
  if (!span) return {};
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}

/**
 * Starts the traces of this process if the environment asks for them; resolves with undefined if it does not. The SDK
 * reads its other variables itself, such as `OTEL_TRACES_SAMPLER` and `OTEL_RESOURCE_ATTRIBUTES`.
 *
 * @param serviceName Name without `OTEL_SERVICE_NAME`.
 * @throws Error with one line if a package is missing, or the exporter is not known.
 */
export async function startTracing(env: Environment, serviceName: string): Promise<Tracing | undefined> {
  if (!asksForTraces(env)) return undefined;
  const sdk = await loadSdk();
  return startTracingWith(sdk, sdk.createProcessor(env), serviceName, env);
}

/** The parts of OpenTelemetry's SDK that are used. Written out, since its inferred type cannot be declared. */
export interface Sdk {
  readonly node: typeof traceSdk;
  readonly resources: typeof resourceSdk;
  /** @throws Error with one line if the exporter is not known. */
  createProcessor(env: Environment): traceSdk.SpanProcessor;
}

/** Loads OpenTelemetry's SDK. */
export async function loadSdk(): Promise<Sdk> {
  try {
    const [node, resources, otlp] = await Promise.all([
      import("@opentelemetry/sdk-trace-node"),
      import("@opentelemetry/resources"),
      import("@opentelemetry/exporter-trace-otlp-proto"),
    ]);
    return {
      node,
      resources,
      createProcessor(env) {
        const exporter = env.OTEL_TRACES_EXPORTER?.trim() || "otlp";
        if (exporter === "otlp") return new node.BatchSpanProcessor(new otlp.OTLPTraceExporter());
        if (exporter === "console") return new node.SimpleSpanProcessor(new node.ConsoleSpanExporter());
        throw new Error(`OTEL_TRACES_EXPORTER: "${exporter}" is not known here; use otlp, console or none`);
      },
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(`the environment asks for traces: npm install ${packages.join(" ")}`, { cause: error });
  }
}

/** Starts the traces of this process with this processor. The SDK reads the same variables from the process. */
export function startTracingWith(
  { node, resources }: Sdk,
  processor: traceSdk.SpanProcessor,
  serviceName: string,
  env: Environment,
): Tracing {
  const resource = resources
    .defaultResource()
    .merge(resources.resourceFromAttributes({ "service.name": serviceName }))
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
  const roots = createRootSampling(node, env);
  const provider = new node.NodeTracerProvider({
    ...{ resource, spanProcessors: [processor], idGenerator: roots.ids },
  });
  const contexts = new CallContexts();
  provider.register({ contextManager: contexts });
  const tracer = provider.getTracer("qrlogin");
  const stopFetches = traceFetches(tracer);
  const matcher = (networks: readonly string[]) => createNetworkMatcher(parseNetworks(networks));
  return {
    callTracer: (networks) => createCallTracer(tracer, contexts, roots, matcher(networks)),
    requestTracer(networks) {
      // Calls of the service have to be told that a request is not recorded, so all requests have a context.
      contexts.hold();
      return createRequestTracer(tracer, matcher(networks));
    },
    traceStore: (store, isRemote) => traceStore(store, tracer, isRemote),
    reportTo(log) {
      const report = (cause: string) => log.warn({ cause }, "traces cannot be exported");
      const ignore = () => {};
      diag.setLogger(
        { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore },
        { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
      );
    },
    async stop() {
      stopFetches();
      await withTimeout(provider.shutdown(), exportTimeout, systemClock);
      diag.disable();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
