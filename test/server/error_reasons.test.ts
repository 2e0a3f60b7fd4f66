import { readFileSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { ErrorReason as ProtoErrorReason } from "../../gen/qrlogin/v1/error_reason.js";
import { type ErrorReason, errorReasons, TicketError } from "../../src/domain/ticket_error.js";
import { statusByReason, toGrpcStatus } from "../../src/server/messages/errors.js";

const file = readFileSync(new URL("../../proto/qrlogin/v1/error_reason.proto", import.meta.url), "utf8");

/** Returns name and comment of every value of the enum in the proto, each comment as one line. */
const inProto = new Map(
  [...file.matchAll(/((?:^ *\/\/.*\n)+) *ERROR_REASON_(\w+) = \d+;/gm)].map(([, comment = "", name = ""]) => [
    name,
    comment.replace(/\s*\/\/\s?/g, " ").trim(),
  ]),
);

describe("the error reasons", () => {
  it("the error reasons are the same in the proto, the generated code, the domain and the table of codes", () => {
    const known = [...errorReasons].sort();
    const generated = Object.keys(ProtoErrorReason).filter(
      (name) => !["UNSPECIFIED", "UNRECOGNIZED"].includes(name),
    );
    expect([...inProto.keys()].filter((name) => name !== "UNSPECIFIED").sort()).toEqual(known);
    expect(generated.sort()).toEqual(known);
    expect(Object.keys(statusByReason).sort()).toEqual(known);
  });

  it.each(errorReasons)("%s has the gRPC code that its proto comment names first", (reason) => {
    const named = /^([A-Z_]+)[.,]/.exec(inProto.get(reason) ?? "")?.[1];
    expect(named).toBe(status[statusByReason[reason].code]);
  });

  it.each(errorReasons)("%s comes with RetryInfo exactly if its proto comment says so", (reason) => {
    const said = /, with RetryInfo/.test(inProto.get(reason) ?? "");
    expect(statusByReason[reason].retryAfter !== undefined).toBe(said);
  });

  it.each(errorReasons)("%s delays or forbids gRPC's retries of UNAVAILABLE and INTERNAL", (reason) => {
    const { metadata } = toGrpcStatus(new TicketError(reason), "id");
    const { code, retryAfter } = statusByReason[reason];
    const isRetried = code === status.UNAVAILABLE || code === status.INTERNAL;
    const [pushback] = metadata.get("grpc-retry-pushback-ms");
    const isForbidden = retryAfter === undefined || reason === "ISSUER_UNAVAILABLE";
    expect(pushback).toBe(isRetried ? String(isForbidden ? -1 : retryAfter) : undefined);
  });

  it("all error reasons have different messages", () => {
    const messages = errorReasons.map((reason: ErrorReason) => new TicketError(reason).message);
    expect(new Set(messages).size).toBe(errorReasons.length);
  });
});

describe("the proto", () => {
  it("the proto has a comment on every message, field, method and value", () => {
    const bytes = readFileSync(new URL("../../gen/qrlogin.binpb", import.meta.url));
    const ours = fromBinary(FileDescriptorSetSchema, bytes).file.filter(({ name }) =>
      name.startsWith("qrlogin/"),
    );
    expect(ours).toHaveLength(4);
    for (const one of ours) {
      const text = readFileSync(new URL(`../../proto/${one.name}`, import.meta.url), "utf8");
      const lines = text.split("\n");
      const silent = lines.filter((line, index) => {
        const isElement =
          /^\s*(rpc|message|enum|service|oneof|optional|repeated)\b|^\s*[\w.]+ ?\w* = \d+/.test(line);
        return isElement && !/^\s*\/\//.test(lines[index - 1] ?? "");
      });
      expect(silent).toEqual([]);
    }
  });
});
