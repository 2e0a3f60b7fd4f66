import type { status } from "@grpc/grpc-js";
import { expect } from "vitest";
import type { ErrorReason } from "../../src/domain/ticket_error.js";
import { type CallResult, type Calls, type createAuthorizedTicket, scannedById } from "./callers.js";

/** Expected details of an error beside code and reason. It must have no others. */
export interface ErrorExpectations {
  readonly state?: string | undefined;
  readonly fields?: readonly string[];
  readonly retry?: boolean;
}

export function expectError(
  answer: CallResult<unknown>,
  code: keyof typeof status,
  reason: ErrorReason,
  extras: ErrorExpectations = {},
): void {
  const { state, fields = [], retry = false } = extras;
  expect([answer.code, answer.reason, answer.domain]).toEqual([code, reason, "qrlogin.v1"]);
  expect(answer.currentState).toBe(state);
  expect(answer.fieldViolations.map(({ field }) => field)).toEqual(fields);
  if (retry) expect(answer.retryAfterMs).toBeGreaterThan(0);
  else expect(answer.retryAfterMs).toBeUndefined();
}

/** Expects that every RPC that needs the store reports it as unavailable, and that the others succeed. */
export async function expectStoreUnavailable(
  app: Calls,
  user: Calls,
  held: Awaited<ReturnType<typeof createAuthorizedTicket>>,
): Promise<void> {
  const answers: CallResult<unknown>[] = [
    ...[await app.createTicket(), await app.getStatus(held), await app.watchStatus(held)],
    ...[await user.markScanned(scannedById(held)), await user.authorize(held), await user.cancel(held)],
    ...[await app.withdraw(held), await app.exchangeUserInfo(held)],
  ];
  for (const answer of answers) expectError(answer, "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
  expect((await app.getSigningKeys()).code).toBe("OK");
}
