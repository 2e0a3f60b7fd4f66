import { readFileSync } from "node:fs";
import {
  createFileRegistry,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, readFileSync(new URL("../gen/qrlogin.binpb", import.meta.url))),
);

/** Conversions between ProtoJSON and the encoded messages of an RPC. */
export interface RpcMessages {
  encodeRequest(json: JsonValue): Uint8Array;
  encodeResponse(json: JsonValue): Uint8Array;
  decodeResponse(bytes: Uint8Array): JsonValue;
}

/** Returns the conversions of an RPC such as `CreateTicket`. @throws Error when there is no such RPC. */
export function messagesOf(rpc: string): RpcMessages {
  const { input, output } = methodNamed(rpc);
  return {
    encodeRequest: (json) => toBinary(input, fromJson(input, json, { registry })),
    encodeResponse: (json) => toBinary(output, fromJson(output, json, { registry })),
    decodeResponse: (bytes) => toJson(output, fromBinary(output, bytes), { registry }),
  };
}

function methodNamed(rpc: string): DescMethod {
  const service = registry.getService("qrlogin.v1.QrLoginService");
  const method = service?.methods.find(({ name }) => name === rpc);
  if (!method) throw new Error(`there is no RPC ${rpc}`);
  return method;
}
