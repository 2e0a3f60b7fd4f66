import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";
import type { UserTokensConfig } from "../../src/config/config.js";
import {
  claimsWith,
  createTestAuthenticator,
  createTestClock,
  type IssuerServer,
  newKey,
  poolWith,
  seconds,
  sign,
  startIssuerServer,
} from "./support.js";

export const first = await newKey("ES256", "first");
export const second = await newKey("ES256", "second");
export const clock = createTestClock();
export let server: IssuerServer;
/** Folder for key files, removed after each test. */
export let folder: string;

/** Starts an issuer that serves nothing yet before each test of the file, at a fixed time of day. */
export function setUpKeyIssuer(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-01-02T03:04:05Z") });
    server = await startIssuerServer();
    folder = mkdtempSync(join(tmpdir(), "qrlogin-keys-"));
  });
  afterEach(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
    vi.useRealTimers();
  });
}

export const keySetOf = (...keys: (typeof first)[]) => ({ keys: keys.map(({ jwk }) => jwk) });
export const serveKeys = (...keys: (typeof first)[]) => server.answerJson("/jwks", keySetOf(...keys));
export const usersWithEndpoint = (tokens: Partial<UserTokensConfig> = {}) =>
  createTestAuthenticator([poolWith({ keys: { jwksUri: `${server.origin}/jwks` } })], clock, tokens);
export const signToken = (key = first, changes: Record<string, unknown> = {}) =>
  sign(key, claimsWith({ exp: seconds(3600), ...changes }), { alg: "ES256", kid: key.jwk.kid });
