import type { status } from "@grpc/grpc-js";
import { expect } from "vitest";
import type { ErrorReason } from "../../src/domain/ticket_error.js";
import { type CallResult, type Calls, type createAuthorizedTicket, scannedById } from "./callers.js";

/** Expected details of an error beside code and reason. It must have no others. */
export interface ErrorExpectations {
  readonly state?: string | undefined;
  readonly attemptsLeft?: number;
  readonly fields?: readonly string[];
  readonly retry?: boolean;
}

export function expectError(
  result: CallResult<unknown>,
  code: keyof typeof status,
  reason: ErrorReason,
  extras: ErrorExpectations = {},
): void {
  const { state, attemptsLeft, fields = [], retry = false } = extras;
  expect([result.code, result.reason, result.domain]).toEqual([code, reason, "qrlogin.v1"]);
  expect(result.currentState).toBe(state);
  expect(result.attemptsLeft).toBe(attemptsLeft);
  expect(result.fieldViolations.map(({ field }) => field)).toEqual(fields);
  // Every limit has a name, so that a caller learns which one it exceeds.
  expect(result.exceededLimit !== undefined).toBe(reason === "RATE_LIMITED");
  if (retry) expect(result.retryAfterMs).toBeGreaterThan(0);
  else expect(result.retryAfterMs).toBeUndefined();
}

/** Expects that every RPC that needs the store reports it as unavailable, and that the others succeed. */
export async function expectStoreUnavailable(
  app: Calls,
  user: Calls,
  held: Awaited<ReturnType<typeof createAuthorizedTicket>>,
): Promise<void> {
  const results: CallResult<unknown>[] = [
    ...[await app.createTicket(), await app.getStatus(held), await app.watchStatus(held)],
    ...[await user.markScanned(scannedById(held)), await user.authorize(held), await user.cancel(held)],
    ...[await app.submitCheckCode({ ...held, checkCode: "042137" })],
    ...[await app.withdraw(held), await app.exchangeUserInfo(held)],
  ];
  for (const result of results) expectError(result, "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
  expect((await app.getSigningKeys()).code).toBe("OK");
}
