import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { AuthenticatedUser } from "../../src/auth/user_authenticator.js";
import type { IntrospectionConfig, UserPoolConfig, UserTokensConfig } from "../../src/config/config.js";
import {
  bearer,
  createTestAuthenticator,
  createTestClock,
  type IssuerServer,
  issuer,
  poolWith,
  seconds,
  startIssuerServer,
} from "./support.js";

export const clock = createTestClock();
export let server: IssuerServer;

/** Secret with characters that are encoded in a form. */
export const clientSecret = "s3cret: of+the/client";

/** Token without the form of a JWT, with every character that RFC 6750 allows. */
export const opaque = "opaque-Token_1.~+/==";

const startTime = new Date("2026-01-02T03:04:05Z");

/** Returns the time at which a test begins plus `offset` seconds, as a claim. */
export const secondsFromStart = (offset: number): number => startTime.getTime() / 1000 + offset;

/** Starts an issuer with an introspection endpoint before each test of the file. */
export function setUpIntrospectionIssuer(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: startTime });
    server = await startIssuerServer();
  });
  afterEach(async () => {
    expect(clock.pending).toBe(0);
    await server.close();
    vi.useRealTimers();
  });
}

/** Returns a response about an active token that the pool accepts. A change to undefined removes a member. */
export function activeWith(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    ...{ active: true, iss: issuer, aud: "mobile-app", sub: "user-1", exp: seconds(600) },
    ...{ client_id: "the-phone", token_type: "Bearer", ...changes },
  };
}

export function introspectionPool(
  introspection: Partial<IntrospectionConfig> = {},
  changes: Partial<UserPoolConfig> = {},
): UserPoolConfig {
  return poolWith({
    keys: undefined,
    algorithms: [],
    introspection: {
      uri: `${server.origin}/introspect`,
      clientId: "qr login",
      clientSecret,
      authMethod: "client_secret_basic",
      requiredScopes: [],
      requireTokenType: true,
      cacheMaxAge: 60_000,
      ...introspection,
    },
    ...changes,
  });
}

export function createIntrospectingAuthenticator(
  introspection: Partial<IntrospectionConfig> = {},
  changes: Partial<UserPoolConfig> = {},
  tokens: Partial<UserTokensConfig> = {},
) {
  return createTestAuthenticator([introspectionPool(introspection, changes)], clock, tokens).users;
}

/** Authenticates a user whose token the endpoint describes with these members. */
export function signIn(
  members: unknown,
  introspection: Partial<IntrospectionConfig> = {},
  changes: Partial<UserPoolConfig> = {},
): Promise<AuthenticatedUser> {
  server.answerJson("/introspect", members);
  return createIntrospectingAuthenticator(introspection, changes).authenticate(bearer(opaque));
}

/** Request that the endpoint has received. */
export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Makes the endpoint respond with these members. Returns the requests that it receives. */
export function recordRequests(members: unknown): readonly ReceivedRequest[] {
  const received: ReceivedRequest[] = [];
  server.answer("/introspect", async (request, response) => {
    const { method, headers } = request;
    received.push({ method, headers, body: await text(request) });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(members));
  });
  return received;
}
