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
import { type Server, type ServerDuplexStream, status } from "@grpc/grpc-js";
import * as v1 from "../../gen/grpc/reflection/v1/reflection.js";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection.js";
import { decodeRequest } from "./decode.js";
import { type RequestBytes, rawRequests } from "./raw_requests.js";

/** What the server serves, as descriptor sets made by `npm run generate`. */
const descriptorSets = ["qrlogin", "health", "reflection"];

/**
 * The server reflection service, versions v1 and v1alpha (grpc/doc/server-reflection.md), for `grpcurl` and `buf curl`.
 *
 * Our own because `@grpc/reflection` loses the imports of a file (grpc/grpc-node#3034); both versions because Python's client
 * speaks only the older one.
 */
export function addReflection(server: Server): void {
  const registry = loadDescriptors();
  const answer = (request: v1.ServerReflectionRequest) => answerTo(request, registry);
  // The two versions have the same messages under different names.
  server.addService(rawRequests(v1.ServerReflectionService), { serverReflectionInfo: reflect(answer) });
  server.addService(rawRequests(v1alpha.ServerReflectionService), { serverReflectionInfo: reflect(answer) });
}

/** Every type and service that the server knows. */
export function loadDescriptors(): FileRegistry {
  const files = descriptorSets.flatMap((name) => {
    const bytes = readFileSync(new URL(`../../gen/${name}.binpb`, import.meta.url));
    return fromBinary(FileDescriptorSetSchema, bytes).file;
  });
  // google/protobuf/*.proto may come with several sets. Imports stand before what imports them, and stay there.
  const unique = new Map<string, (typeof files)[number]>();
  for (const file of files) if (!unique.has(file.name)) unique.set(file.name, file);
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [...unique.values()] }));
}

function reflect(answer: (request: v1.ServerReflectionRequest) => v1.ServerReflectionResponse) {
  return (call: ServerDuplexStream<RequestBytes, v1.ServerReflectionResponse>) => {
    call.on("data", (request: RequestBytes) => {
      try {
        call.write(answer(decodeRequest(v1.ServerReflectionRequest, request.take())));
      } catch {
        call.emit("error", { code: status.INVALID_ARGUMENT, details: "the request cannot be decoded" });
      }
    });
    call.on("end", () => call.end());
  };
}

function answerTo(request: v1.ServerReflectionRequest, registry: FileRegistry): v1.ServerReflectionResponse {
  return {
    validHost: request.host,
    originalRequest: request,
    messageResponse: messageFor(request, registry),
  };
}

function messageFor(
  { messageRequest: asked }: v1.ServerReflectionRequest,
  registry: FileRegistry,
): v1.ServerReflectionResponse["messageResponse"] {
  switch (asked?.$case) {
    case "listServices": {
      const service = [...registry]
        .filter((type) => type.kind === "service")
        .map(({ typeName: name }) => ({ name }));
      return { $case: "listServicesResponse", value: { service } };
    }
    case "fileByFilename":
      return filesFrom(registry.getFile(asked.value));
    case "fileContainingSymbol":
      return filesFrom(fileOfSymbol(asked.value, registry));
    case "allExtensionNumbersOfType":
      // None of our types has extensions.
      return registry.getMessage(asked.value)
        ? { $case: "allExtensionNumbersResponse", value: { baseTypeName: asked.value, extensionNumber: [] } }
        : notFound();
    default:
      return notFound();
  }
}

/** A symbol is a type or a service, or a member of one: a method, a field, an enum value. */
function fileOfSymbol(symbol: string, registry: FileRegistry): DescFile | undefined {
  const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
  return (registry.get(symbol) ?? registry.get(parent))?.file;
}

/** The file and all that it imports, so that the caller need not ask again. */
function filesFrom(file: DescFile | undefined): v1.ServerReflectionResponse["messageResponse"] {
  if (!file) return notFound();
  const wanted = new Set<DescFile>();
  const want = (one: DescFile) => {
    if (wanted.has(one)) return;
    wanted.add(one);
    one.dependencies.forEach(want);
  };
  want(file);
  const fileDescriptorProto = [...wanted].map((one) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, one.proto)),
  );
  return { $case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function notFound(): v1.ServerReflectionResponse["messageResponse"] {
  return { $case: "errorResponse", value: { errorCode: status.NOT_FOUND, errorMessage: "not found" } };
}
