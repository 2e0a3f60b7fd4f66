import { readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { adviceByReason } from "../../scripts/reasons/advice.js";
import { transitions } from "../../src/domain/transitions.js";

const read = (name: string) =>
  fromBinary(FileDescriptorSetSchema, readFileSync(new URL(`../../gen/${name}`, import.meta.url))).file;

describe("the descriptors of the package", () => {
  it("the descriptors describe what reflection does, with comments and imports", () => {
    const published = read("descriptors.binpb");
    const ours = published.filter(({ package: name }) => name === "qrlogin.v1");
    for (const { sourceCodeInfo } of ours)
      expect(sourceCodeInfo?.location.some(({ leadingComments }) => leadingComments)).toBe(true);
    const withoutComments = published.map(({ sourceCodeInfo: _, ...file }) => file);
    expect(withoutComments).toEqual(read("qrlogin.binpb").map(({ sourceCodeInfo: _, ...file }) => file));
    const present = new Set(published.map(({ name }) => name));
    expect(published.flatMap(({ dependency }) => dependency).filter((name) => !present.has(name))).toEqual(
      [],
    );
  });
});

describe("the table of reasons", () => {
  it("the table of reasons lists current_state for the errors with which a state rejects a command", () => {
    const cells = Object.values(transitions).flatMap((row) => Object.values(row));
    const rejected = cells.flatMap((cell) => {
      if ("reject" in cell) return cell.hidesState ? [] : [cell.reject];
      if ("to" in cell) return cell.rejection ?? [];
      return cell.otherwise ?? [];
    });
    const listed = Object.entries(adviceByReason).filter(([, { details }]) =>
      details?.includes("current_state"),
    );
    expect(listed.map(([reason]) => reason).sort()).toEqual([...new Set(rejected)].sort());
  });
});
