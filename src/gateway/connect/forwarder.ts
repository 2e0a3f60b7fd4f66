import { type DescMethod, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { ForwardedCall } from "../../client/forwarding_client.js";
import { streamOwnerOf } from "../access/stream_limiter.js";
import type { GatewayContext } from "../context.js";
import { gatewayStopping } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";
import { callOf } from "./call_context.js";
import { reportError } from "./connect_errors.js";

/** Forwards calls to the service with the credential of their caller. Errors are those that the caller receives. */
export interface Forwarder {
  /** Forwards a unary call. */
  unary(method: DescMethod, request: Message, context: HandlerContext): Promise<Message>;
  /** Forwards a call whose response is a stream, which counts in the limits of streams. */
  stream(method: DescMethod, request: Message, context: HandlerContext): AsyncGenerator<Message>;
  /** Ends all streams with GATEWAY_STOPPING, and those that are opened later. */
  stop(): void;
}

/** Creates a forwarder without calls. */
export function createForwarder({
  forwardingClient,
  streamLimiter,
}: Pick<GatewayContext, "forwardingClient" | "streamLimiter">): Forwarder {
  const openStreams = new Set<AbortController>();
  let isStopping = false;

  return {
    async unary(method, message, context) {
      const { signal } = context;
      const call = startForwarding(context);
      try {
        signal.throwIfAborted();
        const response = await forwardingClient.call(
          toForwardedCall(method, message, context, { signal, requestId: requestIdOf(call.request) }),
        );
        return fromBinary(method.output, response);
      } catch (error) {
        throw reportError(error, call.request);
      }
    },
    async *stream(method, message, context) {
      const call = startForwarding(context);
      const controller = new AbortController();
      const onEnd = () => controller.abort(context.signal.reason);
      let release = () => {};
      try {
        context.signal.throwIfAborted();
        if (isStopping) throw gatewayStopping();
        release = streamLimiter.acquire(streamOwnerOf(call.request), () => call.reply.raw.destroy());
        openStreams.add(controller);
        context.signal.addEventListener("abort", onEnd);
        const options = { signal: controller.signal, requestId: requestIdOf(call.request) };
        const forwarded = toForwardedCall(method, message, context, options);
        for await (const response of forwardingClient.stream(forwarded)) {
          yield fromBinary(method.output, response);
        }
      } catch (error) {
        throw reportError(error, call.request);
      } finally {
        context.signal.removeEventListener("abort", onEnd);
        openStreams.delete(controller);
        release();
      }
    },
    stop() {
      isStopping = true;
      for (const controller of openStreams) controller.abort(gatewayStopping());
    },
  };
}

function startForwarding(context: HandlerContext) {
  const call = callOf(context);
  call.isForwarded = true;
  return call;
}

function toForwardedCall(
  { parent, name, input }: DescMethod,
  message: Message,
  { requestHeader }: HandlerContext,
  options: Pick<ForwardedCall, "signal" | "requestId">,
): ForwardedCall {
  return {
    path: `/${parent.typeName}/${name}`,
    request: toBinary(input, message),
    authorization: requestHeader.get("authorization") ?? undefined,
    ...options,
  };
}
