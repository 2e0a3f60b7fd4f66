import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { expect, vi } from "vitest";
import type { DroppedClaim } from "../../src/auth/claims/dropped_claim.js";
import { createUserAuthenticator, type UserAuthenticator } from "../../src/auth/user_authenticator.js";
import type { Clock } from "../../src/base/clock.js";
import {
  noPolicy,
  standardClaims,
  type UserPoolConfig,
  type UserTokensConfig,
} from "../../src/config/config.js";
import { type ErrorReason, TicketError } from "../../src/domain/ticket_error.js";

export const issuer = "https://id.example.com/";

/** HTTP server that acts as the issuer and counts requests. */
export interface IssuerServer {
  readonly origin: string;
  answer(path: string, listener: RequestListener): void;
  answerJson(path: string, body: unknown): void;
  asked(path: string): number;
  close(): Promise<void>;
}

export async function startIssuerServer(): Promise<IssuerServer> {
  const listeners = new Map<string, RequestListener>();
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    counts.set(path, (counts.get(path) ?? 0) + 1);
    const listener = listeners.get(path);
    if (listener) listener(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (path, listener) => void listeners.set(path, listener),
    answerJson(path, body) {
      listeners.set(path, (_, response) => {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    },
    asked: (path) => counts.get(path) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Clock on the faked `Date`, which jose reads for the age of keys. Timers run when the test advances it. */
export interface TestClock extends Clock {
  advance(ms: number): void;
  /** Sets the wall clock forward, or back if `ms` is negative. */
  adjust(ms: number): void;
  /** Number of pending timers. */
  readonly pending: number;
}

export function createTestClock(): TestClock {
  const timers = new Set<{ at: number; callback: () => void }>();
  let offset = 0;
  const now = () => Date.now() - offset;
  return {
    now,
    wallNow: () => Date.now(),
    wallTimeOf: (moment) => moment + offset,
    after(ms, callback) {
      const timer = { at: now() + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      vi.setSystemTime(Date.now() + ms);
      for (const timer of [...timers]) {
        if (timer.at <= now() && timers.delete(timer)) timer.callback();
      }
    },
    adjust(ms) {
      offset += ms;
      vi.setSystemTime(Date.now() + ms);
    },
    get pending() {
      return timers.size;
    },
  };
}

export interface SigningKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Creates a key pair. Without a key id, the JWK has no metadata. */
export async function newKey(alg: string, kid?: string): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk: kid === undefined ? jwk : { ...jwk, kid, alg, use: "sig" } };
}

/** Returns the current time plus `offset` seconds, as a claim. */
export function seconds(offset = 0): number {
  return Math.floor(Date.now() / 1000) + offset;
}

/** Returns claims that the pool of {@link poolWith} accepts. A change to undefined removes a claim. */
export function claimsWith(changes: Record<string, unknown> = {}): JWTPayload {
  const claims = { iss: issuer, aud: "mobile-app", sub: "user-1", exp: seconds(600), ...changes };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

export async function sign(
  key: SigningKey | Uint8Array,
  claims: JWTPayload,
  header: { alg: string; kid?: string | undefined; typ?: unknown; cty?: unknown },
): Promise<string> {
  const members = Object.entries(header).filter(([, value]) => value !== undefined);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: header.alg, ...Object.fromEntries(members) })
    .sign(key instanceof Uint8Array ? key : key.privateKey);
}

export function poolWith(changes: Partial<UserPoolConfig>): UserPoolConfig {
  return {
    id: "customers",
    issuer,
    audience: ["mobile-app"],
    keys: { hs256Secret: "not used, since every test brings its keys" },
    introspection: undefined,
    algorithms: ["ES256"],
    claims: standardClaims,
    additionalClaims: [],
    userInfoUri: undefined,
    policy: noPolicy,
    ...changes,
  };
}

export const defaultUserTokens: UserTokensConfig = {
  clockTolerance: 30_000,
  cacheSize: 100,
  cacheMaxAge: 300_000,
  issuerTimeout: 5_000,
};

export function createTestAuthenticator(
  pools: readonly UserPoolConfig[],
  clock: Clock,
  tokens: Partial<UserTokensConfig> = {},
): { readonly users: UserAuthenticator; readonly droppedClaims: readonly DroppedClaim[] } {
  const droppedClaims: DroppedClaim[] = [];
  const onDroppedClaim = (dropped: DroppedClaim) => void droppedClaims.push(dropped);
  const users = createUserAuthenticator({
    pools,
    userTokens: { ...defaultUserTokens, ...tokens },
    clock,
    onDroppedClaim,
  });
  return { users, droppedClaims };
}

export const bearer = (token: string): readonly string[] => [`Bearer ${token}`];

/** Waits for the error and checks that it discloses neither the token nor its user. */
export async function expectTicketError(
  promise: Promise<unknown>,
  reason: ErrorReason,
  token = "",
): Promise<TicketError> {
  const error = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(TicketError);
  const ticketError = error as TicketError;
  expect(ticketError.reason).toBe(reason);
  const shown = inspect(ticketError, { depth: 20, showHidden: true });
  for (const part of token.split(".")) {
    if (part.length > 8) expect(shown).not.toContain(part);
  }
  expect(shown).not.toContain("user-1");
  return ticketError;
}
