import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { withTimeout } from "../support/timeout.js";
import {
  activeWith,
  clientSecret,
  clock,
  createIntrospectingAuthenticator,
  opaque,
  recordRequests,
  server,
  setUpIntrospectionIssuer,
} from "./introspection_fixture.js";
import { bearer, expectTicketError } from "./support.js";

setUpIntrospectionIssuer();

const respond = (status: number, body = "", headers: Record<string, string> = {}) =>
  server.answer("/introspect", (_, response) => void response.writeHead(status, headers).end(body));
const authenticate = (token = opaque) => createIntrospectingAuthenticator().authenticate(bearer(token));

describe("a request to an introspection endpoint", () => {
  it("posts the token as a form, with the client's credentials form-encoded in Basic", async () => {
    const requests = recordRequests(activeWith());
    await authenticate();
    expect(requests).toHaveLength(1);
    const [{ method, headers, body } = { method: "", headers: {}, body: "" }] = requests;
    expect(method).toBe("POST");
    expect(headers["content-type"]).toBe("application/x-www-form-urlencoded;charset=UTF-8");
    expect(headers.accept).toBe("application/json");
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      ...{ token: opaque, token_type_hint: "access_token" },
    });
    const [scheme, credentials = ""] = (headers.authorization ?? "").split(" ");
    expect(scheme).toBe("Basic");
    expect(Buffer.from(credentials, "base64").toString()).toBe("qr+login:s3cret%3A+of%2Bthe%2Fclient");
  });

  it("has the client's credentials in the body with client_secret_post", async () => {
    const requests = recordRequests(activeWith());
    await createIntrospectingAuthenticator({ authMethod: "client_secret_post" }).authenticate(bearer(opaque));
    expect(requests[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      ...{ token: opaque, token_type_hint: "access_token" },
      ...{ client_id: "qr login", client_secret: clientSecret },
    });
  });

  it.each([400, 401, 403, 404, 429, 500, 502, 503, 504])(
    "is ISSUER_UNAVAILABLE when the endpoint responds with status %i, which the cause names",
    async (status) => {
      respond(status, '{"active":true}');
      const error = await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
      const shown = inspect(error, { depth: 20, showHidden: true });
      expect(shown).toContain(`status ${status}`);
      expect(shown).toContain("user pool customers");
      expect(shown).not.toContain(clientSecret);
    },
  );

  it("names the client's credentials in the cause when the endpoint rejects them", async () => {
    respond(401, '{"error":"invalid_client"}');
    const error = await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
    expect(inspect(error, { depth: 20 })).toContain("it rejects clientId and clientSecret");
  });

  it.each(["unsupported_token_type", "invalid_token"])(
    "is USER_UNAUTHENTICATED when the endpoint rejects the format of the token: %s",
    async (error) => {
      respond(400, JSON.stringify({ error }));
      await expectTicketError(authenticate(), "USER_UNAUTHENTICATED", opaque);
    },
  );

  it("is ISSUER_UNAVAILABLE when the endpoint rejects the request", async () => {
    respond(400, '{"error":"invalid_request"}');
    await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
  });

  it.each([301, 302, 303, 307, 308])("follows no redirect with status %i", async (status) => {
    server.answerJson("/elsewhere", activeWith());
    respond(status, "", { location: `${server.origin}/elsewhere` });
    await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
    expect(server.asked("/elsewhere")).toBe(0);
  });

  it.each([
    ["empty", ""],
    ["HTML", "<!doctype html><title>Sign in</title>"],
    ["a list", "[true]"],
    ["null", "null"],
    ["nested 100,000 times", `{"active":true,"x":${"[".repeat(100_000)}`],
    ["not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]).toString("latin1")],
  ])("is ISSUER_UNAVAILABLE when the body is %s", async (_, body) => {
    respond(200, body);
    await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
  });

  it("is ISSUER_UNAVAILABLE when the response is a JWT, and the cause says so", async () => {
    respond(200, "aaaa.bbbb.cccc", { "content-type": "application/token-introspection+jwt" });
    const error = await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
    expect(inspect(error, { depth: 20 })).toContain("RFC 9701");
  });

  it("reads at most 64 KiB", async () => {
    const sized = (bytes: number) => {
      const start = JSON.stringify(activeWith());
      return `${start}${" ".repeat(bytes - start.length)}`;
    };
    respond(200, sized(64 * 1024));
    expect((await authenticate()).approver.subject).toBe("user-1");
    respond(200, sized(64 * 1024 + 1));
    await expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
  });

  it("is ISSUER_UNAVAILABLE when the connection is refused", async () => {
    const users = createIntrospectingAuthenticator({ uri: "http://127.0.0.1:1/introspect" });
    await expectTicketError(users.authenticate(bearer(opaque)), "ISSUER_UNAVAILABLE", opaque);
  });

  it("is ISSUER_UNAVAILABLE when the body is not complete within the time-out", async () => {
    server.answer("/introspect", (_, response) => {
      response.writeHead(200).write('{"active":');
    });
    const waiting = expectTicketError(authenticate(), "ISSUER_UNAVAILABLE", opaque);
    await vi.waitFor(() => expect(server.asked("/introspect")).toBe(1));
    clock.advance(5_000);
    expect(inspect(await withTimeout(waiting, "the time-out"), { depth: 20 })).toContain(
      "took longer than 5000 ms",
    );
  });

  it("does not hold back a caller that aborts, and completes for the next one", async () => {
    let respondNow = () => {};
    server.answer("/introspect", (_, response) => {
      respondNow = () => void response.writeHead(200).end(JSON.stringify(activeWith()));
    });
    const users = createIntrospectingAuthenticator();
    const controller = new AbortController();
    const aborted = users.authenticate(bearer(opaque), controller.signal);
    const patient = users.authenticate(bearer(opaque));
    await vi.waitFor(() => expect(server.asked("/introspect")).toBe(1));
    controller.abort(new Error("the caller left"));
    await expect(aborted).rejects.toThrow("the caller left");
    respondNow();
    expect((await patient).approver.subject).toBe("user-1");
    expect(server.asked("/introspect")).toBe(1);
  });
});

describe("the circuit breaker of an introspection endpoint", () => {
  const outcomes = async (users: ReturnType<typeof createIntrospectingAuthenticator>, count: number) => {
    for (let index = 0; index < count; index += 1)
      await expectTicketError(users.authenticate(bearer(`token-${index}`)), "ISSUER_UNAVAILABLE");
  };

  it.each([401, 429, 502, 503, 504])(
    "opens after three failures with status %i, and closes once the endpoint works",
    async (status) => {
      respond(status);
      const users = createIntrospectingAuthenticator();
      await outcomes(users, 5);
      expect(server.asked("/introspect")).toBe(3);
      server.answerJson("/introspect", activeWith());
      clock.advance(10_000);
      expect((await users.authenticate(bearer(opaque))).approver.subject).toBe("user-1");
    },
  );

  it.each([400, 403, 413, 500])("stays closed for the status %i, which a token may cause", async (status) => {
    respond(status);
    const users = createIntrospectingAuthenticator();
    await outcomes(users, 5);
    server.answerJson("/introspect", activeWith());
    expect((await users.authenticate(bearer(opaque))).approver.subject).toBe("user-1");
    expect(server.asked("/introspect")).toBe(6);
  });

  it("does not open for rejected tokens", async () => {
    server.answerJson("/introspect", { active: false });
    const users = createIntrospectingAuthenticator();
    for (const token of ["a", "b", "c", "d"])
      await expectTicketError(users.authenticate(bearer(token)), "USER_UNAUTHENTICATED");
    expect(server.asked("/introspect")).toBe(4);
  });
});

it("at most 100 requests are in progress, and one more token is ISSUER_UNAVAILABLE at once", async () => {
  const responses: (() => void)[] = [];
  server.answer("/introspect", (_, response) => {
    responses.push(() => void response.writeHead(200).end('{"active":false}'));
  });
  const users = createIntrospectingAuthenticator();
  const waiting = Array.from({ length: 100 }, (_, index) =>
    expectTicketError(users.authenticate(bearer(`token-${index}`)), "USER_UNAUTHENTICATED"),
  );
  await vi.waitFor(() => expect(responses).toHaveLength(100));
  await withTimeout(
    expectTicketError(users.authenticate(bearer("one-more")), "ISSUER_UNAVAILABLE"),
    "the error for one more token",
  );
  for (const respondNow of responses) respondNow();
  await Promise.all(waiting);
  server.answerJson("/introspect", activeWith());
  expect((await users.authenticate(bearer("one-more"))).approver.subject).toBe("user-1");
});
