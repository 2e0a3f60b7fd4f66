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

/** Far above every limit, and below what a message may have: 64 KiB. */
const many = 20_000;

/** A store that fails whatever it is asked: what is refused with another reason has not reached it. */
const unvalidatedFields = () => Promise.reject(new Error("the store was asked"));

let server: TestServer;
let callers: readonly Metadata[];
beforeAll(async () => {
  server = await startTestServer({
    store: (embedded) => ({
      ...embedded,
      ...{
        create: unvalidatedFields,
        get: unvalidatedFields,
        replace: unvalidatedFields,
        subscribe: unvalidatedFields,
      },
    }),
  });
  callers = [asApp("shop"), asUser(await signToken("alice"))];
});
afterAll(() => server.stop());

/** Every field whose size the caller chooses, wherever it is nested, as its path. */
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

/** Values of the field that are too large, as JSON. Some texts are right but for their length. */
function tooLarge(field: DescField): readonly JsonValue[] {
  if (field.fieldKind === "map")
    return [Object.fromEntries(Array.from({ length: many / 10 }, (_, n) => [n, ""]))];
  if (field.fieldKind === "list")
    return [Array<JsonValue>(many / 10).fill(field.listKind === "message" ? {} : "")];
  if (field.fieldKind === "message") return [{ a: textOfLength }];
  return [textOfLength, "A".repeat(many), `fe80::1%${textOfLength}`, " ".repeat(many), "0".repeat(many)];
}

/** Makes a call. A stream is answered with its end. */
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

/** Makes a call as the kind of caller that the method has. */
async function call(method: DescMethod, request: JsonValue): Promise<CallResult<never>> {
  for (const metadata of callers) {
    const answer = await callAs(metadata, method, request);
    if (answer.code !== "UNAUTHENTICATED") return answer;
  }
  throw new Error(`nobody may call ${method.name}`);
}

const cases = methods.flatMap((method) =>
  fieldsOf(method.input).map((fields) => {
    const path = fields.map(({ name }) => name).join(".");
    return [`${method.name} ${path}`, method, fields, path] as const;
  }),
);

describe("each field whose size a caller chooses has a limit", () => {
  it("and the descriptors know of such fields", () => {
    expect(cases.length).toBeGreaterThan(15);
  });

  it.each(cases)("%s", async (name, method, fields, path) => {
    for (const large of tooLarge(fields.at(-1) as DescField)) {
      const request = fields.reduceRight<JsonValue>((value, { jsonName }) => ({ [jsonName]: value }), large);
      const { code, reason, fieldViolations } = await call(method, request);
      expect(code).toBe("INVALID_ARGUMENT");
      // The text of a scanned code is told to be none of ours, whatever is wrong with it.
      const isScanned = name === "MarkScanned qr_content";
      expect(reason).toBe(isScanned ? "QR_CONTENT_INVALID" : "INVALID_REQUEST");
      if (!isScanned) expect(fieldViolations.map(({ field }) => field)).toContain(path);
    }
  });

  it.each(methods.map((method) => [method.name, method] as const))(
    "and so has the credential of %s",
    async (_name, method) => {
      for (const scheme of ["Basic", "Bearer"]) {
        const { code } = await callAs(authorization(`${scheme} ${"x".repeat(many)}`), method, {});
        // By us or, since all metadata together has a limit too, by what stands before us.
        expect(["UNAUTHENTICATED", "RESOURCE_EXHAUSTED"]).toContain(code);
      }
    },
  );
});

describe("a text that is no ticket id", () => {
  const id = newTicketId();
  const malformed = [
    ...["{}", `{${id}}`, `${id.slice(0, 10)}{a}`, "}", "*", "\0", "\r\n", " ", "🙂", `${id}.${id}`],
    ...[id.slice(1), `${id}A`, `${id.slice(0, 21)}_`, `${id}==`, `${id.slice(0, 21)}+`, ` ${id.slice(1)}`],
  ];
  const takers = methods.filter((method) => method.input.fields.some(({ name }) => name === "ticket_id"));

  it("can be sent to six methods and the exchange", () => {
    expect(takers.map(({ name }) => name)).toEqual([
      ...["GetStatus", "WatchStatus", "MarkScanned", "Authorize", "Cancel", "Withdraw"],
    ]);
  });

  it.each(takers.map((method) => [method.name, method] as const))(
    "is TICKET_NOT_FOUND to %s, and no store is asked",
    async (_name, method) => {
      const hasSecret = method.input.fields.some(({ name }) => name === "ticket_secret");
      for (const ticketId of malformed) {
        const request = { ticketId, ...(hasSecret && { ticketSecret: newSecret() }) };
        expect.soft(await call(method, request), JSON.stringify(ticketId)).toMatchObject({
          code: "NOT_FOUND",
          reason: "TICKET_NOT_FOUND",
        });
      }
    },
  );

  it("is TICKET_NOT_FOUND in an exchange ticket, and no store is asked", async () => {
    const exchange = methods.find(({ name }) => name === "ExchangeUserInfo") as DescMethod;
    for (const ticketId of malformed) {
      for (const exchangeTicket of [ticketId, `${ticketId}.${newSecret()}`]) {
        const answer = await call(exchange, { exchangeTicket });
        expect.soft(answer.reason, JSON.stringify(exchangeTicket)).toBe("TICKET_NOT_FOUND");
      }
    }
  });

  it("is QR_CONTENT_INVALID in a scanned text, and no store is asked", async () => {
    const markScanned = methods.find(({ name }) => name === "MarkScanned") as DescMethod;
    for (const random of malformed) {
      const qrContent = JSON.stringify({ scene: "APP_AUTH", random, userPoolId: "customers" });
      const answer = await call(markScanned, { qrContent });
      expect.soft(answer.reason, JSON.stringify(random)).toBe("QR_CONTENT_INVALID");
    }
  });
});
