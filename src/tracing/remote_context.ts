import {
  type Attributes,
  type Context,
  context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type SpanKind,
  type SpanOptions,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";

/** Returns the value of a header or metadata key. */
export type ReadHeader = (name: string) => string | undefined;

/** The headers of W3C Trace Context. Others, such as `baggage`, would carry a stranger's data through all services. */
const contextHeaders = ["traceparent", "tracestate"];

const getter: TextMapGetter<ReadHeader> = {
  keys: () => contextHeaders,
  get: (read, name) => (contextHeaders.includes(name) ? read(name) : undefined),
};

/** Returns the context that a caller sent, the root context if it sent none or one that cannot be read. */
function contextOf(read: ReadHeader): Context {
  return propagation.extract(ROOT_CONTEXT, read, getter);
}

/**
 * Returns the options and the parent of a span whose caller may have sent a context. A trusted caller's span becomes
 * the parent. Any other is only linked: a stranger who sets the flag `sampled` must not decide what is recorded, nor
 * make spans part of somebody else's trace.
 */
export function continueFrom(
  read: ReadHeader,
  { isTrusted, ...options }: { readonly isTrusted: () => boolean; kind: SpanKind; attributes: Attributes },
): { readonly options: SpanOptions; readonly parent: Context } {
  // Most callers send none, and finding that out must be cheap.
  if (read("traceparent") === undefined) return { options, parent: ROOT_CONTEXT };
  const remote = contextOf(read);
  const spanContext = trace.getSpanContext(remote);
  if (!spanContext) return { options, parent: ROOT_CONTEXT };
  if (isTrusted()) return { options, parent: remote };
  return { options: { ...options, links: [{ context: spanContext }] }, parent: ROOT_CONTEXT };
}

/** Returns the context of the active span as `traceparent`, undefined if that span is not recorded. */
export function activeTraceparent(): string | undefined {
  if (!trace.getActiveSpan()?.isRecording()) return undefined;
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** Returns a link to the span whose context this is, undefined if it cannot be read. */
export function linkTo(traceparent: string, attributes: Attributes): Link | undefined {
  const spanContext = trace.getSpanContext(
    contextOf((name) => (name === "traceparent" ? traceparent : undefined)),
  );
  return spanContext && { context: spanContext, attributes };
}
