import { describe, expect, it } from "vitest";
import { withTimeout } from "../support/timeout.js";
import { expectTicketError, issuer, newKey, sign } from "./support.js";
import { key, server, setUpUserInfoIssuer, signIn } from "./user_info_fixture.js";

setUpUserInfoIssuer();

/** Answers with these bytes, and with this content type if any. */
function answerBytes(body: string | Buffer, type?: string): void {
  server.answer("/userinfo", (_, response) => {
    response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(body);
  });
}

describe("the full profile", () => {
  it.each([undefined, "text/json", "text/plain;charset=utf-8", "application/octet-stream", "text/html", "x"])(
    "is taken from JSON of the content type %s",
    async (type) => {
      answerBytes(`\ufeff {"sub":"user-1","name":"Al"}\n`, type);
      const { user } = await signIn();
      expect((await user.fetchProfile()).name).toBe("Al");
    },
  );

  it("leaves out a photo of 90 KB, and says so once without showing it", async () => {
    const picture = `data:image/png;base64,${"QUJD".repeat(22_500)}`;
    server.answerJson("/userinfo", { sub: "user-1", name: "Al", picture });
    const { user, leftOut } = await signIn();
    for (let times = 0; times < 3; times += 1) {
      expect(await user.fetchProfile()).toMatchObject({ name: "Al", photo: "" });
    }
    const cause = expect.stringContaining("4096 characters");
    expect(leftOut).toEqual([{ userPoolId: "customers", claim: "picture", cause }]);
    expect(JSON.stringify(leftOut)).not.toContain("QUJD");
  });

  it.each([1_100, 1_350, 2_048, 4_096])("keeps an address of a photo of %i characters", async (length) => {
    const picture = "https://img.example.com/".padEnd(length, "x");
    server.answerJson("/userinfo", { sub: "user-1", picture });
    const { user, leftOut } = await signIn();
    expect((await user.fetchProfile()).photo).toBe(picture);
    expect(leftOut).toEqual([]);
  });

  it("is the token's where UserInfo answers more than 1 MiB, of which no more is read", async () => {
    const ended = new Promise<void>((resolve) => {
      server.answer("/userinfo", (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const pour = () => {
          let room = true;
          while (room && !response.destroyed) room = response.write(" ".repeat(16_384));
        };
        response.on("drain", pour).on("close", resolve);
        pour();
      });
    });
    const { user, leftOut } = await signIn();
    expect(await user.fetchProfile()).toBe(user.approver.profile);
    await withTimeout(ended, "the end of an answer that pours");
    await user.fetchProfile();
    expect(leftOut).toEqual([expect.objectContaining({ claim: "UserInfo" })]);
  });

  it("is taken from an answer of almost 1 MiB", async () => {
    server.answerJson("/userinfo", { sub: "user-1", name: "Al", filler: "x".repeat(1_048_000) });
    const { user } = await signIn();
    expect((await user.fetchProfile()).name).toBe("Al");
  });
});

describe("a UserInfo answer that is signed", () => {
  const info = { sub: "user-1", name: "Al", email: "a@example.com", email_verified: true };
  const answer = async (claims: object, header = { alg: "ES256", kid: "ES256" }, by = key) =>
    answerBytes(await sign(by, { ...claims }, header), "application/jwt");

  it.each([
    ["issuer and audience", { iss: issuer, aud: "mobile-app" }],
    ["neither issuer nor audience", {}],
    ["the client of the token as its audience", { iss: issuer, aud: ["phone", "x"] }],
  ])("is verified with the pool's keys and taken with %s", async (_, claims) => {
    await answer({ ...info, ...claims });
    const { user } = await signIn({}, { azp: "phone" });
    expect(await user.fetchProfile()).toMatchObject({
      name: "Al",
      email: "a@example.com",
      emailVerified: true,
    });
  });

  it.each([
    ["another issuer", { iss: "https://evil.example.com/" }],
    ["another audience", { iss: issuer, aud: "other-app" }],
    ["an expiry in the past", { exp: 1 }],
  ])("is not to be had with %s", async (_, claims) => {
    await answer({ ...info, ...claims });
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
  });

  it("is not to be had when its signature is wrong, by another algorithm or none at all", async () => {
    const { user, token } = await signIn();
    const rs256 = await newKey("RS256", "RS256");
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    await answer(info, undefined, await newKey("ES256", "ES256"));
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
    await answer(info, { alg: "RS256", kid: "RS256" }, rs256);
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
    answerBytes(`${encoded({ alg: "none" })}.${encoded(info)}.`, "application/jwt");
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
  });

  it("is refused when it speaks of another user", async () => {
    await answer({ ...info, sub: "user-2" });
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "USER_UNAUTHENTICATED", token);
  });

  it("has the keys read again where it is signed with a new one", async () => {
    const next = await newKey("ES256", "next");
    server.answerJson("/jwks", { keys: [key.jwk] });
    const { user } = await signIn({ keys: { jwksUri: `${server.origin}/jwks` } });
    server.answerJson("/jwks", { keys: [key.jwk, next.jwk] });
    await answer(info, { alg: "ES256", kid: "next" }, next);
    expect((await user.fetchProfile()).name).toBe("Al");
    expect(server.asked("/jwks")).toBe(2);
  });

  it("and encrypted is left out, and says so once", async () => {
    answerBytes("e30.a.b.c.d", "application/jwt");
    const { user, leftOut } = await signIn();
    expect(await user.fetchProfile()).toBe(user.approver.profile);
    await user.fetchProfile();
    expect(leftOut).toEqual([
      { userPoolId: "customers", claim: "UserInfo", cause: "The answer is encrypted." },
    ]);
  });
});
