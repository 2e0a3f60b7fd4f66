import { InterceptingCall, type Interceptor, type Metadata } from "@grpc/grpc-js";
import {
  context,
  isSpanContextValid,
  propagation,
  SpanKind,
  SpanStatusCode,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";

const setter: TextMapSetter<Metadata> = { set: (metadata, name, value) => metadata.set(name, value) };

/**
 * Makes a span of each call, in the trace that the program is in, and adds its context to the metadata. Leaves calls as
 * they are if the program has no OpenTelemetry: the types ask for an InterceptingCall, the library itself passes on
 * others.
 */
export const traceCalls: Interceptor = (options, nextCall) => {
  const path = options.method_definition.path.slice(1);
  const [service = "", method = ""] = path.split("/");
  // The gateway asks for the health of the service every few seconds, and each time would be a trace of its own.
  if (!service.startsWith("qrlogin.")) return nextCall(options) as InterceptingCall;
  // Of the program's own OpenTelemetry. Without one, its spans have no valid context.
  const span = trace.getTracer("qrlogin").startSpan(path, {
    kind: SpanKind.CLIENT,
    attributes: { "rpc.system": "grpc", "rpc.service": service, "rpc.method": method },
  });
  const call = nextCall(options);
  if (!isSpanContextValid(span.spanContext())) return call as InterceptingCall;
  const active = trace.setSpan(context.active(), span);
  return new InterceptingCall(call, {
    start(metadata, _listener, next) {
      propagation.inject(active, metadata, setter);
      next(metadata, {
        onReceiveStatus(status, nextStatus) {
          span.setAttribute("rpc.grpc.status_code", status.code);
          if (status.code !== 0) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
          nextStatus(status);
        },
      });
    },
  });
};
