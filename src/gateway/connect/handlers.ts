import { readFileSync } from "node:fs";
import {
  createFileRegistry,
  type DescMethod,
  type DescService,
  fromBinary,
  type Message,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createConnectRouter, type HandlerContext, type MethodImpl } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { serviceName } from "../../domain/rpc_methods.js";
import { callOf } from "./call_context.js";
import { compressions } from "./compression.js";
import type { Forwarder } from "./forwarder.js";

/** Largest request, in bytes, compressed or not. It is the limit of the service. */
export const maxMessageBytes = 65_536;

// The same relative path works from the sources and from the compiled files.
const descriptorFile = new URL("../../../gen/qrlogin.binpb", import.meta.url);

/** Returns the descriptor of the service, from which messages are read and written at run time. */
export function loadServiceDescriptor(): DescService {
  const files = fromBinary(FileDescriptorSetSchema, readFileSync(descriptorFile));
  const service = createFileRegistry(files).getService(serviceName);
  if (!service) throw new Error("gen/qrlogin.binpb does not describe the service");
  return service;
}

/**
 * Creates the library's handlers of these methods for both protocols. Returns them by the name of the method.
 *
 * @throws TypeError if the service has no such method.
 */
export function createHandlers(
  service: DescService,
  names: readonly string[],
  forwarder: Forwarder,
): ReadonlyMap<string, UniversalHandler> {
  const router = createConnectRouter({
    connect: true,
    grpcWeb: true,
    // Native gRPC has its own port.
    grpc: false,
    readMaxBytes: maxMessageBytes,
    acceptCompression: [...compressions],
    // Responses are small, and their length must not depend on what they have in common with the request.
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    requestGate: guardCall,
  });
  for (const name of names) {
    const method = requireMethod(service, name);
    const forward = method.methodKind === "unary" ? forwarder.unary : forwarder.stream;
    const implementation = (request: Message, context: HandlerContext) => forward(method, request, context);
    // The types of the messages are not known when this is compiled.
    router.rpc(method, implementation as MethodImpl<DescMethod>);
  }
  return new Map(router.handlers.map((handler) => [handler.method.name, handler]));
}

/** Records the error with which the library ends the call. Throws the rejection of the call if it has one. */
function guardCall(context: HandlerContext): void {
  const call = callOf(context);
  const { signal } = context;
  const recordFailure = () => {
    call.failure = signal.reason;
  };
  if (signal.aborted) recordFailure();
  else signal.addEventListener("abort", recordFailure);
  if (call.rejection) throw call.rejection;
}

function requireMethod(service: DescService, name: string): DescMethod {
  const method = service.methods.find((known) => known.name === name);
  if (method) return method;
  const known = service.methods.map((each) => each.name).join(", ");
  throw new TypeError(`rpcMethods must be among ${known}`);
}
