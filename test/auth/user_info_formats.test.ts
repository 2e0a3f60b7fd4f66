import { describe, expect, it } from "vitest";
import { withTimeout } from "../support/timeout.js";
import { expectTicketError, issuer, newKey, sign } from "./support.js";
import { key, server, setUpUserInfoIssuer, signIn } from "./user_info_fixture.js";

setUpUserInfoIssuer();

/** Sets the bytes of the response and, optionally, its content type. */
function answerBytes(body: string | Buffer, type?: string): void {
  server.answer("/userinfo", (_, response) => {
    response.writeHead(200, type === undefined ? {} : { "content-type": type }).end(body);
  });
}

describe("the format of the UserInfo response", () => {
  it.each([undefined, "text/json", "text/plain;charset=utf-8", "application/octet-stream", "text/html", "x"])(
    "reads the profile from JSON of the content type %s",
    async (type) => {
      answerBytes(`\ufeff {"sub":"user-1","name":"Al"}\n`, type);
      const { user } = await signIn();
      expect((await user.fetchProfile()).name).toBe("Al");
    },
  );

  it("drops a photo of 90 KB and reports it once, without its value", async () => {
    const picture = `data:image/png;base64,${"QUJD".repeat(22_500)}`;
    server.answerJson("/userinfo", { sub: "user-1", name: "Al", picture });
    const { user, droppedClaims } = await signIn();
    for (let times = 0; times < 3; times += 1) {
      expect(await user.fetchProfile()).toMatchObject({ name: "Al", photo: "" });
    }
    const cause = expect.stringContaining("4096 characters");
    expect(droppedClaims).toEqual([{ userPoolId: "customers", claim: "picture", cause }]);
    expect(JSON.stringify(droppedClaims)).not.toContain("QUJD");
  });

  it.each([1_100, 1_350, 2_048, 4_096])("keeps a photo URL of %i characters", async (length) => {
    const picture = "https://img.example.com/".padEnd(length, "x");
    server.answerJson("/userinfo", { sub: "user-1", picture });
    const { user, droppedClaims } = await signIn();
    expect((await user.fetchProfile()).photo).toBe(picture);
    expect(droppedClaims).toEqual([]);
  });

  it("uses the token's profile when UserInfo returns more than 1 MiB, and reads no more than that", async () => {
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
    const { user, droppedClaims } = await signIn();
    expect(await user.fetchProfile()).toBe(user.approver.profile);
    await withTimeout(ended, "the end of an answer that pours");
    await user.fetchProfile();
    expect(droppedClaims).toEqual([expect.objectContaining({ claim: "UserInfo" })]);
  });

  it("reads the profile from a response of almost 1 MiB", async () => {
    server.answerJson("/userinfo", { sub: "user-1", name: "Al", filler: "x".repeat(1_048_000) });
    const { user } = await signIn();
    expect((await user.fetchProfile()).name).toBe("Al");
  });
});

describe("a signed UserInfo response", () => {
  const info = { sub: "user-1", name: "Al", email: "a@example.com", email_verified: true };
  const answer = async (claims: object, header = { alg: "ES256", kid: "ES256" }, by = key) =>
    answerBytes(await sign(by, { ...claims }, header), "application/jwt");

  it.each([
    ["issuer and audience", { iss: issuer, aud: "mobile-app" }],
    ["neither issuer nor audience", {}],
    ["the client of the token as its audience", { iss: issuer, aud: ["phone", "x"] }],
  ])("is verified with the pool's keys and accepted with %s", async (_, claims) => {
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
  ])("makes the issuer unavailable with %s", async (_, claims) => {
    await answer({ ...info, ...claims });
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "ISSUER_UNAVAILABLE", token);
  });

  it("makes the issuer unavailable when its signature is wrong, missing or of another algorithm", async () => {
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

  it("is rejected when it describes another user", async () => {
    await answer({ ...info, sub: "user-2" });
    const { user, token } = await signIn();
    await expectTicketError(user.fetchProfile(), "USER_UNAUTHENTICATED", token);
  });

  it("causes a fetch of the keys when it is signed with a new one", async () => {
    const next = await newKey("ES256", "next");
    server.answerJson("/jwks", { keys: [key.jwk] });
    const { user } = await signIn({ keys: { jwksUri: `${server.origin}/jwks` } });
    server.answerJson("/jwks", { keys: [key.jwk, next.jwk] });
    await answer(info, { alg: "ES256", kid: "next" }, next);
    expect((await user.fetchProfile()).name).toBe("Al");
    expect(server.asked("/jwks")).toBe(2);
  });

  it("is dropped and reported once when it is also encrypted", async () => {
    answerBytes("e30.a.b.c.d", "application/jwt");
    const { user, droppedClaims } = await signIn();
    expect(await user.fetchProfile()).toBe(user.approver.profile);
    await user.fetchProfile();
    expect(droppedClaims).toEqual([
      { userPoolId: "customers", claim: "UserInfo", cause: "The response is encrypted." },
    ]);
  });
});
