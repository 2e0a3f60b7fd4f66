import {
  type DescField,
  type DescMessage,
  type DescMethod,
  fromJson,
  type JsonValue,
  toBinary,
} from "@bufbuild/protobuf";
import type { Metadata, ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSecret, newTicketId } from "../../../src/domain/secrets.js";
import { loadDescriptors } from "../../../src/server/reflection.js";
import { asApp, asUser, authorization, type CallResult, callResultOf } from "../../support/callers.js";
import { startTestServer, type TestServer } from "../../support/server.js";
import { signToken } from "../../support/tokens.js";

const service = loadDescriptors().getService("qrlogin.v1.QrLoginService");
const methods = service?.methods ?? [];

/** Length far above every field limit, and below the limit of a message, 64 KiB. */
const many = 20_000;

/** Fails every operation of the store. A call that fails with another reason has not reached the store. */
const failingOperation = () => Promise.reject(new Error("the store was asked"));

let server: TestServer;
let callers: readonly Metadata[];
beforeAll(async () => {
  server = await startTestServer({
    // One user sends all the malformed ids.
    settings: { policy: { limits: { missesPerApprover: 1_000 } } },
    store: (embedded) => ({
      ...embedded,
      ...{
        create: failingOperation,
        get: failingOperation,
        replace: failingOperation,
        subscribe: failingOperation,
      },
    }),
  });
  callers = [asApp("shop"), asUser(await signToken("alice"))];
});
afterAll(() => server.stop());

/** Returns the path of every field whose size the caller chooses, nested ones included. */
function fieldsOf(message: DescMessage, above: readonly DescField[] = []): readonly (readonly DescField[])[] {
  return message.fields.flatMap((field) => {
    const path = [...above, field];
    const isStruct = field.message?.typeName === "google.protobuf.Struct";
    if (field.fieldKind === "message" && !isStruct) return fieldsOf(field.message, path);
    return isSized(field) ? [path] : [];
  });
}

function isSized(field: DescField): boolean {
  return field.fieldKind !== "enum" && (field.fieldKind !== "scalar" || [9, 12].includes(field.scalar));
}

const textOfLength = "x".repeat(many);

/** Returns values of the field that are too large, as JSON. Some texts are valid except for their length. */
function tooLarge(field: DescField): readonly JsonValue[] {
  if (field.fieldKind === "map")
    return [Object.fromEntries(Array.from({ length: many / 10 }, (_, n) => [n, ""]))];
  if (field.fieldKind === "list")
    return [Array<JsonValue>(many / 10).fill({ message: {}, enum: 1, scalar: "" }[field.listKind])];
  if (field.fieldKind === "message") return [{ a: textOfLength }];
  return [textOfLength, "A".repeat(many), `fe80::1%${textOfLength}`, " ".repeat(many), "0".repeat(many)];
}

/** Makes a call. For a stream, resolves at its end. */
function callAs(metadata: Metadata, method: DescMethod, request: JsonValue): Promise<CallResult<never>> {
  const bytes = Buffer.from(toBinary(method.input, fromJson(method.input, request)));
  const same = (it: Buffer) => it;
  return new Promise((resolve) => {
    const path = `/${service?.typeName}/${method.name}`;
    const stream = server.client.makeServerStreamRequest(path, same, same, bytes, metadata);
    stream.on("error", (error: ServiceError) => resolve(callResultOf(error)));
    stream.on("end", () => resolve(callResultOf(null)));
    stream.resume();
  });
}

/** Makes a call as the kind of caller that the method requires. */
async function call(method: DescMethod, request: JsonValue): Promise<CallResult<never>> {
  for (const metadata of callers) {
    const answer = await callAs(metadata, method, request);
    if (answer.code !== "UNAUTHENTICATED") return answer;
  }
  throw new Error(`no kind of caller may call ${method.name}`);
}

const cases = methods.flatMap((method) =>
  fieldsOf(method.input).map((fields) => {
    const path = fields.map(({ name }) => name).join(".");
    return [`${method.name} ${path}`, method, fields, path] as const;
  }),
);

describe("fields whose size a caller chooses", () => {
  it("fields whose size a caller chooses are found in the descriptors", () => {
    expect(cases.length).toBeGreaterThan(15);
  });

  it.each(cases)(
    "fields whose size a caller chooses have a limit: %s",
    async (name, method, fields, path) => {
      for (const large of tooLarge(fields.at(-1) as DescField)) {
        const request = fields.reduceRight<JsonValue>(
          (value, { jsonName }) => ({ [jsonName]: value }),
          large,
        );
        const { code, reason, fieldViolations } = await call(method, request);
        expect(code).toBe("INVALID_ARGUMENT");
        // A scanned text that is not valid is always QR_CONTENT_INVALID.
        const isScanned = name === "MarkScanned qr_content";
        expect(reason).toBe(isScanned ? "QR_CONTENT_INVALID" : "INVALID_REQUEST");
        if (!isScanned) expect(fieldViolations.map(({ field }) => field)).toContain(path);
      }
    },
  );

  it.each(methods.map((method) => [method.name, method] as const))(
    "fields whose size a caller chooses include the credential, which has a limit: %s",
    async (_name, method) => {
      for (const scheme of ["Basic", "Bearer"]) {
        const { code } = await callAs(authorization(`${scheme} ${"x".repeat(many)}`), method, {});
        // The service rejects it or, since all metadata together has a limit too, the HTTP/2 layer does.
        expect(["UNAUTHENTICATED", "RESOURCE_EXHAUSTED"]).toContain(code);
      }
    },
  );
});

describe("a malformed ticket id", () => {
  const id = newTicketId();
  const malformed = [
    ...["{}", `{${id}}`, `${id.slice(0, 10)}{a}`, "}", "*", "\0", "\r\n", " ", "🙂", `${id}.${id}`],
    ...[id.slice(1), `${id}A`, `${id.slice(0, 21)}_`, `${id}==`, `${id.slice(0, 21)}+`, ` ${id.slice(1)}`],
  ];
  const takers = methods.filter((method) => method.input.fields.some(({ name }) => name === "ticket_id"));

  it("a malformed ticket id can be sent to seven methods and, in an exchange ticket, to ExchangeUserInfo", () => {
    expect(takers.map(({ name }) => name)).toEqual([
      ...["GetStatus", "WatchStatus", "MarkScanned", "Authorize", "Cancel", "SubmitCheckCode", "Withdraw"],
    ]);
  });

  it.each(takers.map((method) => [method.name, method] as const))(
    "a malformed ticket id fails with TICKET_NOT_FOUND for %s, without a call to the store",
    async (_name, method) => {
      const hasSecret = method.input.fields.some(({ name }) => name === "ticket_secret");
      for (const ticketId of malformed) {
        const hasCheckCode = method.input.fields.some(({ name }) => name === "check_code");
        const request = {
          ticketId,
          ...(hasSecret && { ticketSecret: newSecret() }),
          ...(hasCheckCode && { checkCode: "042137" }),
        };
        expect.soft(await call(method, request), JSON.stringify(ticketId)).toMatchObject({
          code: "NOT_FOUND",
          reason: "TICKET_NOT_FOUND",
        });
      }
    },
  );

  it("a malformed ticket id fails with TICKET_NOT_FOUND in an exchange ticket, without a store call", async () => {
    const exchange = methods.find(({ name }) => name === "ExchangeUserInfo") as DescMethod;
    for (const ticketId of malformed) {
      for (const exchangeTicket of [ticketId, `${ticketId}.${newSecret()}`]) {
        const answer = await call(exchange, { exchangeTicket });
        expect.soft(answer.reason, JSON.stringify(exchangeTicket)).toBe("TICKET_NOT_FOUND");
      }
    }
  });

  it("a malformed ticket id fails with QR_CONTENT_INVALID in a scanned text, without a store call", async () => {
    const markScanned = methods.find(({ name }) => name === "MarkScanned") as DescMethod;
    for (const random of malformed) {
      const qrContent = JSON.stringify({ scene: "APP_AUTH", random, userPoolId: "customers" });
      const answer = await call(markScanned, { qrContent });
      expect.soft(answer.reason, JSON.stringify(random)).toBe("QR_CONTENT_INVALID");
    }
  });
});
