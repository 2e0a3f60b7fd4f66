import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it, onTestFinished } from "vitest";
import { findTool } from "../support/tools.js";
import { files } from "./descriptors.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Folder with the compilers of compilers/pom.xml, if they can be used. */
let compilers = "";

const tool = findTool("Maven, and google/protobuf/*.proto", () => {
  if (!existsSync("/usr/include/google/protobuf/struct.proto")) return "libprotobuf-dev is missing";
  compilers = mkdtempSync(join(tmpdir(), "qrlogin-protoc-"));
  process.on("exit", () => rmSync(compilers, { recursive: true, force: true }));
  const system = `linux-${process.arch === "arm64" ? "aarch_64" : "x86_64"}`;
  const copy = ["-q", "-B", "-f", path("compilers/pom.xml"), "dependency:copy", `-Dos=${system}`];
  const { status } = spawnSync("mvn", [...copy, `-DoutputDirectory=${compilers}`]);
  return status === 0 ? undefined : "mvn cannot resolve test/contract/compilers/pom.xml";
});

const languages = ["python", "java", "cpp", "csharp", "objc", "php", "ruby"];

/** Releases of protoc. The first one reads `optional` only if told to, and its plugin for PHP does not. */
const releases: readonly { version: string; options?: readonly string[]; without?: string }[] = [
  { version: "3.12.4", options: ["--experimental_allow_proto3_optional"], without: "php" },
  ...["3.15.8", "3.19.6", "3.21.12", "3.25.5", "4.33.0", "4.36.2"].map((version) => ({ version })),
];

describe("protoc of several years", () => {
  it.skipIf(!tool.isUsable).each(releases)(
    `protoc $version reads the contract as it is, and generates code for the languages that it has${tool.skipNote}`,
    ({ version, options = [], without }) => {
      const [name = ""] = readdirSync(compilers).filter((each) => each.startsWith(`protoc-${version}-`));
      const protoc = join(compilers, name);
      chmodSync(protoc, 0o755);
      const folder = mkdtempSync(join(tmpdir(), "qrlogin-generated-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const descriptors = join(folder, "descriptors.binpb");
      const outputs = languages
        .filter((language) => language !== without)
        .map((each) => `--${each}_out=${folder}`);
      const sources = files.map((file) => path(`../../proto/${file.name}`));
      const args = [...options, "-I", path("../../proto"), "-I", "/usr/include", ...outputs, ...sources];
      const { stderr } = spawnSync(protoc, [`--descriptor_set_out=${descriptors}`, ...args], {
        encoding: "utf8",
      });
      expect(stderr).toBe("");

      const read = fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)).file;
      expect(new Map(read.map((file) => [file.name, file]))).toEqual(
        new Map(files.map((file) => [file.name, file])),
      );
      const generated = readdirSync(folder, { recursive: true, encoding: "utf8" });
      const wanted = [
        /ticket_pb2\.py$/,
        /TicketStatus\.java$/,
        /ticket\.pb\.h$/,
        /Ticket\.cs$/,
        /Ticket\.pbobjc\.h$/,
        /ticket_pb\.rb$/,
      ];
      for (const file of wanted) expect(generated).toContainEqual(expect.stringMatching(file));
    },
  );
});
