import { afterEach, beforeEach, expect, vi } from "vitest";
import type { UserPoolConfig } from "../../src/config/config.js";
import {
  bearer,
  claimsWith,
  createTestAuthenticator,
  createTestClock,
  type IssuerServer,
  newKey,
  poolWith,
  sign,
  startIssuerServer,
} from "./support.js";

export const key = await newKey("ES256", "ES256");
export const clock = createTestClock();
export let server: IssuerServer;

/**
 * Starts an issuer with a UserInfo endpoint before each test of the file. The test sets the endpoint's
 * response.
 */
export function setUpUserInfoIssuer(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05Z") });
    server = await startIssuerServer();
  });
  afterEach(async () => {
    expect(clock.pending).toBe(0);
    await server.close();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** Authenticates a user of a pool with the UserInfo endpoint. */
export async function signIn(changes: Partial<UserPoolConfig> = {}, claims: Record<string, unknown> = {}) {
  const keys = { jwks: { keys: [key.jwk] } };
  const pool = poolWith({ keys, userInfoUri: `${server.origin}/userinfo`, ...changes });
  const { users, droppedClaims } = createTestAuthenticator([pool], clock);
  const token = await sign(key, claimsWith({ nickname: "from the token", ...claims }), {
    alg: "ES256",
    kid: "ES256",
  });
  return { user: await users.authenticate(bearer(token)), token, droppedClaims };
}
