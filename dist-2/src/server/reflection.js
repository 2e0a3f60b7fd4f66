import { readFileSync } from "node:fs";
import { create, createFileRegistry, fromBinary, toBinary, } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { status } from "@grpc/grpc-js";
import * as v1 from "../../gen/grpc/reflection/v1/reflection.js";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection.js";
import { decodeRequest } from "./decode.js";
import { rawRequests } from "./raw_requests.js";
/** What the server serves, as descriptor sets made by `npm run generate`. */
const descriptorSets = ["qrlogin", "health", "reflection"];
/** Most open streams, and most requests on one of them: more than any tool needs. */
const maxStreams = 32;
const maxRequests = 1_000;
/** The two versions have the same messages under different names. */
export const reflectionServices = [
    v1.ServerReflectionService,
    v1alpha.ServerReflectionService,
];
/**
 * Adds the server reflection service, versions v1 and v1alpha (grpc/doc/server-reflection.md), for `grpcurl` and `buf curl`.
 *
 * Our own because `@grpc/reflection` loses the imports of a file (grpc/grpc-node#3034); both versions because Python's client
 * speaks only the older one.
 */
export function addReflection(server) {
    const serverReflectionInfo = reflect(createAnswers(loadDescriptors()));
    for (const service of reflectionServices) {
        server.addService(encodedAnswers(rawRequests(service)), { serverReflectionInfo });
    }
}
/** The service with responses that are encoded already. */
function encodedAnswers(definition) {
    const responseSerialize = (bytes) => bytes;
    return Object.fromEntries(Object.entries(definition).map(([name, method]) => [name, { ...method, responseSerialize }]));
}
/** Every type and service that the server knows. */
export function loadDescriptors() {
    const files = descriptorSets.flatMap((name) => {
        const bytes = readFileSync(new URL(`../../gen/${name}.binpb`, import.meta.url));
        return fromBinary(FileDescriptorSetSchema, bytes).file;
    });
    // google/protobuf/*.proto may come with several sets. Imports stand before what imports them, and stay there.
    const unique = new Map();
    for (const file of files)
        if (!unique.has(file.name))
            unique.set(file.name, file);
    return createFileRegistry(create(FileDescriptorSetSchema, { file: [...unique.values()] }));
}
/** Answers the requests of a stream. Reads no further while the client does not read. */
function reflect(answer) {
    let streams = 0;
    return (call) => {
        let requests = 0;
        let isOver = false;
        const fail = (code, details) => {
            isOver = true;
            call.emit("error", { code, details });
        };
        streams += 1;
        call.once("close", () => {
            streams -= 1;
        });
        call.on("data", (request) => {
            if (isOver)
                return;
            if (++requests > maxRequests)
                return fail(status.RESOURCE_EXHAUSTED, "too many requests in one stream");
            try {
                const isFull = !call.write(answer(decodeRequest(v1.ServerReflectionRequest, request.take())));
                if (isFull)
                    call.pause();
            }
            catch {
                fail(status.INVALID_ARGUMENT, "the request cannot be decoded");
            }
        });
        call.on("drain", () => call.resume());
        call.on("end", () => isOver || call.end());
        if (streams > maxStreams)
            fail(status.RESOURCE_EXHAUSTED, "too many reflection streams");
    };
}
/** Answers requests with encoded responses. What they tell of our types is encoded once. */
function createAnswers(registry) {
    const encode = (messageResponse) => v1.ServerReflectionResponse.encode({
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
    const fileAnswer = (file) => (file && files.get(file)) ?? notFound;
    function answerTo({ messageRequest: asked }) {
        switch (asked?.$case) {
            case "listServices":
                return services;
            case "fileByFilename":
                return fileAnswer(registry.getFile(asked.value));
            case "fileContainingSymbol":
                return fileAnswer(fileOfSymbol(asked.value, registry));
            case "allExtensionNumbersOfType":
                // None of our types has extensions.
                return registry.getMessage(asked.value)
                    ? encode({
                        $case: "allExtensionNumbersResponse",
                        value: { baseTypeName: asked.value, extensionNumber: [] },
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
        // Two encodings one after the other are the encoding of both.
        return Buffer.concat([echo, answerTo(request)]);
    };
}
/** A symbol is a type or a service, or a member of one: a method, a field, an enum value. */
function fileOfSymbol(symbol, registry) {
    const parent = symbol.slice(0, Math.max(0, symbol.lastIndexOf(".")));
    return (registry.get(symbol) ?? registry.get(parent))?.file;
}
/** The file and all that it imports, so that the caller need not ask again. */
function withImports(file) {
    const wanted = new Set();
    const want = (one) => {
        if (wanted.has(one))
            return;
        wanted.add(one);
        one.dependencies.forEach(want);
    };
    want(file);
    const fileDescriptorProto = [...wanted].map((one) => Buffer.from(toBinary(FileDescriptorProtoSchema, one.proto)));
    return { $case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}
