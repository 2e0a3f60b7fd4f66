import { readFileSync } from "node:fs";
import { createFileRegistry, type DescService, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

// The same relative path works from the sources and from the compiled files.
const file = new URL("../../../gen/qrlogin.binpb", import.meta.url);

/** Returns the descriptor of the service, from which messages are read and written at run time. */
export function loadServiceDescriptor(): DescService {
  const files = fromBinary(FileDescriptorSetSchema, readFileSync(file));
  const service = createFileRegistry(files).getService("qrlogin.v1.QrLoginService");
  if (!service) throw new Error("gen/qrlogin.binpb does not describe the service: run npm run generate");
  return service;
}
