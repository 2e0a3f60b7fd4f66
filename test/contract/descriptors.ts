import { readFileSync } from "node:fs";
import { type DescEnum, type DescMessage, type DescService, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { loadDescriptors } from "../../src/server/reflection.js";

/** Proto files of the contract, as reflection serves them. */
export const files: readonly FileDescriptorProto[] = fromBinary(
  FileDescriptorSetSchema,
  readFileSync(new URL("../../gen/qrlogin.binpb", import.meta.url)),
).file.filter((file) => file.package === "qrlogin.v1");

/** Returns the source text of a proto file. */
export const sourceOf = (file: FileDescriptorProto): string =>
  readFileSync(new URL(`../../proto/${file.name}`, import.meta.url), "utf8");

const ours = [...loadDescriptors()].filter(({ typeName }) => typeName.startsWith("qrlogin.v1."));

export const messages = ours.filter((type): type is DescMessage => type.kind === "message");
export const enums = ours.filter((type): type is DescEnum => type.kind === "enum");
export const services = ours.filter((type): type is DescService => type.kind === "service");
