import { readFileSync } from "node:fs";
import {
  create,
  createFileRegistry,
  type DescFile,
  type FileRegistry,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { type Server, type ServerDuplexStream, type ServiceDefinition, status } from "@grpc/grpc-js";
import * as v1 from "../../gen/grpc/reflection/v1/reflection.js";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection.js";
import { decodeRequest } from "./messages/decode.js";
import { type RequestBytes, withRawRequests } from "./messages/raw_messages.js";

/** Descriptor sets of the services, written by `npm run generate`. */
const descriptorSets = ["qrlogin", "health", "reflection"];

/** Limits of open streams and of the requests in one stream. They are higher than any tool needs. */
const maxStreams = 32;
const maxRequests = 1_000;

/** Both versions of the service. They have the same messages under different names. */
export const reflectionServices: readonly ServiceDefinition[] = [
  v1.ServerReflectionService,
  v1alpha.ServerReflectionService,
];

type MessageResponse = v1.ServerReflectionResponse["messageResponse"];
type ReflectionCall = ServerDuplexStream<RequestBytes, Uint8Array>;

/**
 * Adds the server reflection service, versions v1 and v1alpha (grpc/doc/server-reflection.md), for `grpcurl`
 * and `buf curl`.
 *
 * The implementation is our own because `@grpc/reflection` loses the imports of a file (grpc/grpc-node#3034).
 * Both versions are served because Python's client supports only the older one.
 *
 * @param hiddenServices Names of services that this server does not serve. Reflection does not show their files.
 */
export function addReflection(server: Server, hiddenServices: readonly string[] = []): void {
  const registry = withoutServices(loadDescriptors(), hiddenServices);
  const serverReflectionInfo = createReflectionHandler(createResponder(registry));
  for (const service of reflectionServices) {
    server.addService(withEncodedResponses(withRawRequests(service)), { serverReflectionInfo });
  }
}

/** Returns the service with responses that the handler has already encoded. */
function withEncodedResponses(definition: ServiceDefinition): ServiceDefinition {
  const responseSerialize = (bytes: Buffer) => bytes;
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, { ...method, responseSerialize }]),
  );
}

/** Returns the descriptors of every type and service. */
export function loadDescriptors(): FileRegistry {
  const files = descriptorSets.flatMap((name) => {
    const bytes = readFileSync(new URL(`../../gen/${name}.binpb`, import.meta.url));
    return fromBinary(FileDescriptorSetSchema, bytes).file;
  });
  // Several sets may contain google/protobuf/*.proto. Each set lists a file after its imports, and the merged
  // list keeps that order.
  const unique = new Map<string, (typeof files)[number]>();
  for (const file of files) if (!unique.has(file.name)) unique.set(file.name, file);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...unique.values()] }));
}

/** Returns the descriptors without the files of these services, which no other file imports. */
function withoutServices(registry: FileRegistry, names: readonly string[]): FileRegistry {
  const hidden = names.map((name) => registry.getService(name)?.file);
  const file = [...registry.files].filter((each) => !hidden.includes(each)).map(({ proto }) => proto);
  return createFileRegistry(create(FileDescriptorSetSchema, { file }));
}

/**
 * Creates the handler of reflection streams. It stops reading while the client does not read the responses.
 */
function createReflectionHandler(respond: (request: v1.ServerReflectionRequest) => Uint8Array) {
  let streams = 0;
  return (call: ReflectionCall) => {
    let requests = 0;
    let isOver = false;
    const fail = (code: status, details: string) => {
      isOver = true;
      call.emit("error", { code, details });
    };
    streams += 1;
    call.once("close", () => {
      streams -= 1;
    });
    call.on("data", (request: RequestBytes) => {
      if (isOver) return;
      if (++requests > maxRequests) return fail(status.RESOURCE_EXHAUSTED, "too many requests in one stream");
      try {
        const isFull = !call.write(respond(decodeRequest(v1.ServerReflectionRequest, request.take())));
        if (isFull) call.pause();
      } catch {
        fail(status.INVALID_ARGUMENT, "the request cannot be decoded");
      }
    });
    call.on("drain", () => call.resume());
    call.on("end", () => isOver || call.end());
    if (streams > maxStreams) fail(status.RESOURCE_EXHAUSTED, "too many reflection streams");
  };
}

/**
 * Creates a function that returns the encoded response to a request. The parts that depend only on the
 * registry are encoded once.
 */
function createResponder(registry: FileRegistry): (request: v1.ServerReflectionRequest) => Uint8Array {
  const encode = (messageResponse: MessageResponse) =>
    v1.ServerReflectionResponse.encode({
      validHost: "",
      originalRequest: undefined,
      messageResponse,
    }).finish();
  const service = [...registry].flatMap((type) => (type.kind === "service" ? [{ name: type.typeName }] : []));
  const services = encode({ $case: "listServicesResponse", value: { service } });
  const notFound = encode({
    $case: "errorResponse",
    value: { errorCode: status.NOT_FOUND, errorMessage: "not found" },
  });
  const files = new Map([...registry.files].map((file) => [file, encode(withImports(file))]));
  const fileResponse = (file: DescFile | undefined) => (file && files.get(file)) ?? notFound;

  function responseTo({ messageRequest }: v1.ServerReflectionRequest): Uint8Array {
    switch (messageRequest?.$case) {
      case "listServices":
        return services;
      case "fileByFilename":
        return fileResponse(registry.getFile(messageRequest.value));
      case "fileContainingSymbol":
        return fileResponse(fileOfSymbol(messageRequest.value, registry));
      case "allExtensionNumbersOfType":
        // None of our types has extensions.
        return registry.getMessage(messageRequest.value)
          ? encode({
              $case: "allExtensionNumbersResponse",
              value: { baseTypeName: messageRequest.value, extensionNumber: [] },
            })
          : notFound;
      default:
        return notFound;
    }
  }

  return (request) => {
    const echo = v1.ServerReflectionResponse.encode({
      validHost: request.host,
      originalRequest: request,
      messageResponse: undefined,
    }).finish();
    // In protobuf, two concatenated encodings decode as one merged message.
    return Buffer.concat([echo, responseTo(request)]);
  };
}

/**
 * Returns the file of a symbol. A symbol is a type or a service, or a member of one: a method, a field, an
 * enum value.
 */
function fileOfSymbol(symbol: string, registry: FileRegistry): DescFile | undefined {
  const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
  return (registry.get(symbol) ?? registry.get(parent))?.file;
}

/** Returns the file together with all its imports, so that clients need no further requests. */
function withImports(file: DescFile): MessageResponse {
  const files = new Set<DescFile>();
  const addWithImports = (imported: DescFile) => {
    if (files.has(imported)) return;
    files.add(imported);
    imported.dependencies.forEach(addWithImports);
  };
  addWithImports(file);
  const fileDescriptorProto = [...files].map((imported) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, imported.proto)),
  );
  return { $case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}
