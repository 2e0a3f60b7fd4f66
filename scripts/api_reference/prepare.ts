import { readFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel as Level,
} from "@bufbuild/protobuf/wkt";

// Reads a file descriptor set from standard input, adds to the comment of each method what the generator of the API
// reference does not read, and writes the set to standard output.
const notes: Readonly<Record<Level, string>> = {
  [Level.IDEMPOTENCY_UNKNOWN]: "No idempotency level: gRPC's retries do not repeat the call.",
  [Level.IDEMPOTENT]: "`IDEMPOTENT`: gRPC's retries may repeat the call.",
  [Level.NO_SIDE_EFFECTS]: "`NO_SIDE_EFFECTS`: gRPC's retries may repeat the call.",
};

// Numbers of fields in descriptor.proto.
const [serviceInFile, methodInService] = [6, 2];

function addNotes(file: FileDescriptorProto): void {
  for (const location of file.sourceCodeInfo?.location ?? []) {
    const [inFile, service = -1, inService, method = -1, ...others] = location.path;
    if (inFile !== serviceInFile || inService !== methodInService || others.length > 0) continue;
    const described = file.service[service]?.method[method];
    if (!described) continue;
    const stream = described.serverStreaming ? "The response is a stream. " : "";
    const level = described.options?.idempotencyLevel ?? Level.IDEMPOTENCY_UNKNOWN;
    location.leadingComments = `${location.leadingComments.trimEnd()}\n\n ${stream}${notes[level]}\n`;
  }
}

const set = fromBinary(FileDescriptorSetSchema, readFileSync(0));
set.file.forEach(addNotes);
process.stdout.write(toBinary(FileDescriptorSetSchema, set));
