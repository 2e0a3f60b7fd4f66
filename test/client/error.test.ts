import { Metadata, status } from "@grpc/grpc-js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { toQrLoginError } from "../../src/client/error.js";
import {
  type AppClient,
  createAppClient,
  ErrorReason,
  type ErrorReasonName,
  isQrLoginError,
  QrLoginError,
} from "../../src/client/index.js";
import { createServiceError, type FakeService, startFakeService } from "./fake_service.js";

let fake: FakeService;
let client: AppClient;
let serviceError: Error;
const address = "127.0.0.1:1";

beforeAll(async () => {
  fake = await startFakeService({ createTicket: () => Promise.reject(serviceError) });
  client = createAppClient({ address: fake.address, appId: "a", appSecret: "s" });
});
afterAll(() => {
  client.close();
  fake.stop();
});

async function errorFor(error: Error): Promise<QrLoginError> {
  serviceError = error;
  const caught = await client.createTicket({}).catch((thrown: unknown) => thrown);
  expect(caught).toBeInstanceOf(QrLoginError);
  return caught as QrLoginError;
}

const reasons = Object.keys(ErrorReason).filter((name) => !/^UN(SPECIFIED|RECOGNIZED)$/.test(name));

describe("an error", () => {
  test.each(reasons)("an error has the reason %s", async (reason) => {
    const error = await errorFor(
      createServiceError(status.FAILED_PRECONDITION, { reason, currentState: "EXPIRED" }),
    );
    expect(error).toMatchObject({
      name: "QrLoginError",
      code: status.FAILED_PRECONDITION,
      codeName: "FAILED_PRECONDITION",
      reason,
      rawReason: reason,
      domain: "qrlogin.v1",
      currentState: "EXPIRED",
      fieldViolations: [],
      retryAfterMs: undefined,
    });
    expect(isQrLoginError(error, reason as ErrorReasonName)).toBe(true);
    expect(error.message).toBe(`FAILED_PRECONDITION: ${reason}: no`);
  });

  test("an error for a wrong check code has the number of attempts that are left", async () => {
    const attemptsLeftFor = async (attemptsLeft: string) =>
      (
        await errorFor(
          createServiceError(status.INVALID_ARGUMENT, { reason: "CHECK_CODE_MISMATCH", attemptsLeft }),
        )
      ).attemptsLeft;
    expect(await attemptsLeftFor("2")).toBe(2);
    expect(await attemptsLeftFor("0")).toBe(0);
    for (const text of ["", "-1", "1.5", "many", "9".repeat(10)]) {
      expect(await attemptsLeftFor(text)).toBeUndefined();
    }
  });

  test("an error has the field violations and the delay before a retry", async () => {
    const fields = [{ field: "qr_image.size", description: "must be 64 to 1024" }];
    const error = await errorFor(
      createServiceError(status.INVALID_ARGUMENT, { reason: "INVALID_REQUEST", fields, retryAfterMs: 1_250 }),
    );
    expect(error.fieldViolations).toEqual(fields);
    expect(error.retryAfterMs).toBe(1_250);
  });

  test("an error keeps a reason that this client does not know as text only", async () => {
    for (const reason of ["STEP_UP_REQUIRED", "toString", "UNSPECIFIED", "UNRECOGNIZED"]) {
      const error = await errorFor(createServiceError(status.PERMISSION_DENIED, { reason }));
      expect(error).toMatchObject({ reason: undefined, rawReason: reason, codeName: "PERMISSION_DENIED" });
    }
  });

  test("a reason of another domain is not a reason of this service", async () => {
    const error = await errorFor(
      createServiceError(status.NOT_FOUND, {
        reason: "TICKET_NOT_FOUND",
        domain: "mesh.example",
        currentState: "EXPIRED",
        attemptsLeft: "2",
      }),
    );
    expect(error).toMatchObject({
      reason: undefined,
      rawReason: "TICKET_NOT_FOUND",
      domain: "mesh.example",
      currentState: undefined,
      attemptsLeft: undefined,
    });
    expect(isQrLoginError(error, "TICKET_NOT_FOUND")).toBe(false);
  });

  test("an error has its code even if the details cannot be read", async () => {
    const error = await errorFor(
      createServiceError(status.NOT_FOUND, { raw: Buffer.from([0xff, 0xff, 0xff, 0x07]) }),
    );
    expect(error).toMatchObject({ code: status.NOT_FOUND, reason: undefined, fieldViolations: [] });
  });

  test("any bytes in the trailer become an error without an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer(), (bytes, code) => {
        const metadata = new Metadata();
        metadata.set("grpc-status-details-bin", Buffer.from(bytes));
        expect(toQrLoginError({ code, details: "x", metadata }, { address })).toBeInstanceOf(QrLoginError);
      }),
    );
    for (const cause of [undefined, null, "text", new Error("x"), { metadata: {} }]) {
      expect(toQrLoginError(cause, { address })).toMatchObject({ code: status.UNKNOWN, cause });
    }
  });

  test("an error without a reply of the service has a code and no reason", async () => {
    const unreachable = createAppClient({ address: "127.0.0.1:1", appId: "a", appSecret: "s" });
    const error = await unreachable.createTicket({}).catch((thrown: unknown) => thrown);
    unreachable.close();
    expect(error).toMatchObject({ code: status.UNAVAILABLE, reason: undefined, domain: undefined });
    expect(isQrLoginError(error)).toBe(true);
    expect(isQrLoginError(new Error("another"))).toBe(false);
  });

  test("an error does not contain the app secret", async () => {
    const secret = "very-secret-app-secret";
    const clientWithSecret = createAppClient({ address: fake.address, appId: "a", appSecret: secret });
    serviceError = createServiceError(status.UNAUTHENTICATED, { reason: "APP_UNAUTHENTICATED" });
    const error = await clientWithSecret.createTicket({}).catch((thrown: unknown) => thrown);
    clientWithSecret.close();
    const { inspect } = await import("node:util");
    const text = inspect(error, { depth: 9, showHidden: true });
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(`a:${secret}`).toString("base64"));
  });

  test("the reason of an error is known to the compiler", () => {
    const error: unknown = new QrLoginError(status.NOT_FOUND, "x", { reason: "TICKET_NOT_FOUND" });
    if (isQrLoginError(error, "TICKET_NOT_FOUND")) {
      expectTypeOf(error.reason).toEqualTypeOf<"TICKET_NOT_FOUND">();
    }
    expectTypeOf<"UNSPECIFIED">().not.toExtend<ErrorReasonName>();
    expectTypeOf<"OUTCOME_UNKNOWN">().toExtend<ErrorReasonName>();
    // @ts-expect-error a reason that does not exist
    expect(isQrLoginError(error, "TICKET_LOST")).toBe(false);
  });
});
