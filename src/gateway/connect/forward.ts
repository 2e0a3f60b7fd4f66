import { type DescMethod, type DescService, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { createConnectRouter, type HandlerContext, type MethodImpl } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { GatewayContext } from "../context.js";
import { addressKeyOf, networkKeyOf } from "../http/client_address.js";
import { gatewayStopping } from "../http/http_error.js";
import { callOf } from "./call_context.js";
import { compressions } from "./compression.js";
import { reportError } from "./connect_errors.js";
import type { RpcMethod } from "./rpc_methods.js";

/** Largest request, in bytes, compressed or not. It is the limit of the service. */
export const maxMessageBytes = 65_536;

/** The handlers of the methods, and a function that ends the open streams. */
export interface Forwarder {
  readonly handlers: ReadonlyMap<string, UniversalHandler>;
  /** Ends all streams with GATEWAY_STOPPING, and those that are opened later. */
  stop(): void;
}

/**
 * Creates handlers for both protocols that forward each call to the service. The service receives the credential
 * of the caller and no other.
 */
export function createForwarder(
  service: DescService,
  methods: readonly RpcMethod[],
  { forwardingClient, streamLimiter }: Pick<GatewayContext, "forwardingClient" | "streamLimiter">,
): Forwarder {
  const router = createConnectRouter({
    connect: true,
    grpcWeb: true,
    // Native gRPC has its own port.
    grpc: false,
    readMaxBytes: maxMessageBytes,
    acceptCompression: [...compressions],
    // Responses are small, and their length must not depend on what they have in common with the request.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    requestGate,
  });
  const openStreams = new Set<AbortController>();
  let isStopping = false;

  const callOptions = (method: DescMethod, request: Message, context: HandlerContext) => ({
    path: `/${service.typeName}/${method.name}`,
    request: toBinary(method.input, request),
    authorization: context.requestHeader.get("authorization") ?? undefined,
  });

  async function forwardUnary(
    method: DescMethod,
    request: Message,
    context: HandlerContext,
  ): Promise<Message> {
    const call = callOf(context);
    call.isForwarded = true;
    const { signal } = context;
    try {
      signal.throwIfAborted();
      const response = await forwardingClient.call({ ...callOptions(method, request, context), signal });
      return fromBinary(method.output, response);
    } catch (error) {
      throw reportError(error, call.request);
    }
  }

  async function* forwardStream(
    method: DescMethod,
    request: Message,
    context: HandlerContext,
  ): AsyncGenerator<Message> {
    const call = callOf(context);
    call.isForwarded = true;
    const controller = new AbortController();
    const { signal } = controller;
    const onEnd = () => controller.abort(context.signal.reason);
    let release = () => {};
    try {
      context.signal.throwIfAborted();
      if (isStopping) throw gatewayStopping();
      const owner = { address: addressKeyOf(call.request), network: networkKeyOf(call.request) };
      release = streamLimiter.acquire(owner, () => call.reply.raw.destroy());
      openStreams.add(controller);
      context.signal.addEventListener("abort", onEnd);
      const responses = forwardingClient.stream({ ...callOptions(method, request, context), signal });
      for await (const response of responses) yield fromBinary(method.output, response);
    } catch (error) {
      throw reportError(error, call.request);
    } finally {
      context.signal.removeEventListener("abort", onEnd);
      openStreams.delete(controller);
      release();
    }
  }

  for (const name of methods) {
    const method = requireMethod(service, name);
    const forward = method.methodKind === "unary" ? forwardUnary : forwardStream;
    // The messages of a descriptor that is loaded at run time have no static types.
    router.rpc(method, ((request: Message, context: HandlerContext) =>
      forward(method, request, context)) as MethodImpl<DescMethod> as never);
  }
  return {
    handlers: new Map(router.handlers.map((handler) => [handler.method.name, handler])),
    stop() {
      isStopping = true;
      for (const controller of openStreams) controller.abort(gatewayStopping());
    },
  };
}

function requireMethod(service: DescService, name: string): DescMethod {
  const method = service.methods.find((known) => known.name === name);
  if (method) return method;
  const known = service.methods.map((each) => each.name).join(", ");
  throw new TypeError(`rpcMethods must be among ${known}`);
}

/** Notes with which error the library ends the call, and ends a call that is rejected before its body is read. */
function requestGate(context: HandlerContext): void {
  const call = callOf(context);
  const { signal } = context;
  const noteFailure = () => {
    call.failure = signal.reason;
  };
  if (signal.aborted) noteFailure();
  else signal.addEventListener("abort", noteFailure);
  if (call.rejection) throw call.rejection;
}
