import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { readComments } from "../proto/comments.js";
import { readDocComments } from "./doc_comments.js";
import { readReasons, reasonSchema } from "./error_reasons.js";
import { gatewayOperations } from "./gateway_operations.js";
import { gatewaySchemas } from "./gateway_schemas.js";
import { messageSchemas } from "./message_schemas.js";
import { connectErrorDetailSchema, connectErrorSchema, rpcOperations } from "./rpc_operations.js";

/** The sources of the description. */
export interface DocumentSources {
  /** A file descriptor set of the proto, with source info. */
  readonly descriptors: Uint8Array;
  /** The text of `src/http_types.ts`. */
  readonly httpTypes: string;
  /** The version of the package. */
  readonly version: string;
}

const description = [
  "Calls of the gateway: those of a phone, and those of a page.",
  "**Phones** call the service's own methods by the [Connect protocol](https://connectrpc.com/docs/protocol) with " +
    "JSON. The user's token is the credential. Clients that are generated from the proto work too. Method names, " +
    "fields and errors are those of the proto. The same routes also accept binary messages and gRPC-Web, which " +
    "OpenAPI cannot describe.",
  "**Pages** call the gateway's own API under `/qrlogin/v1`. A handle stands for a ticket, and a cookie binds it to " +
    "its browser.",
  "Not described here: the Authing-compatible API, for which Authing's SDKs are the description, and WatchStatus, a " +
    "stream.",
].join("\n\n");

const tags = [
  { name: "Phone", description: "Methods of the mobile app, with the token of its user. Served by default." },
  {
    name: "App backend",
    description:
      "Methods of the website's backend, with the app's credential. Served only if the configuration lists them.",
  },
  { name: "Page", description: "The gateway's own API, which the widget uses." },
  { name: "Keys and health", description: "Public keys, and a check for load balancers." },
];

const securitySchemes = {
  userToken: {
    type: "http",
    scheme: "bearer",
    description: "The user's token, from the issuer of the user pool.",
  },
  appCredential: {
    type: "http",
    scheme: "basic",
    description:
      "App id and app secret (RFC 7617). For backends only: never put the secret into a page or a mobile app.",
  },
};

const parameters = {
  ConnectProtocolVersion: {
    name: "Connect-Protocol-Version",
    in: "header",
    description: "Version of the protocol. Clients may leave it out.",
    schema: { type: "string", enum: ["1"] },
  },
  ConnectTimeoutMs: {
    name: "Connect-Timeout-Ms",
    in: "header",
    description: "Time in milliseconds after which the call fails with the code `deadline_exceeded`.",
    schema: { type: "integer", minimum: 1, maximum: 2 ** 31 - 1 },
  },
};

/** Returns the OpenAPI 3.1 description of the gateway. */
export function createDocument({ descriptors, httpTypes, version }: DocumentSources): object {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
  const commentOf = readComments(registry.files);
  const service = registry.getService("qrlogin.v1.QrLoginService");
  const errorReason = registry.getEnum("qrlogin.v1.ErrorReason");
  if (!service || !errorReason) throw new Error("the descriptors are not those of the service");
  const reasons = readReasons(errorReason, commentOf);
  const paths = { ...rpcOperations(service, reasons, commentOf), ...gatewayOperations(reasons) };
  const messages = service.methods
    .filter(({ methodKind }) => methodKind === "unary")
    .flatMap(({ input, output }) => [input, output]);
  return {
    openapi: "3.1.0",
    info: {
      title: "qrlogin gateway",
      version,
      description,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "http://127.0.0.1:8080", description: "Development mode" }],
    tags,
    paths,
    components: {
      securitySchemes,
      parameters,
      schemas: {
        ErrorReason: reasonSchema(reasons),
        ConnectError: connectErrorSchema,
        ConnectErrorDetail: connectErrorDetailSchema,
        ...messageSchemas(messages, commentOf),
        ...gatewaySchemas(readDocComments(httpTypes)),
      },
    },
  };
}
