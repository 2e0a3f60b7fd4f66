import cookie from "@fastify/cookie";
import fastify from "fastify";
import { beforeEach, expect, it } from "vitest";
import { loginRoute } from "../../examples/authing_guard/login_route.js";
import { appSecrets } from "../support/server.js";
import { approveAs, checkUntil, gene } from "./authing_calls.js";
import { aliceToken, gateway, setUpGateway } from "./setup.js";

setUpGateway();

const origin = "https://shop.example.com";
let sessions: string[];
let site: ReturnType<typeof fastify>;

beforeEach(async () => {
  sessions = [];
  site = fastify();
  await site.register(cookie);
  await loginRoute(site, {
    origin,
    gateway: gateway.url,
    appId: "shop",
    appSecret: appSecrets.shop,
    async startSession({ id, nickname }) {
      sessions.push(`${id} ${nickname}`);
      return "the-session";
    },
  });
  return () => site.close();
});

/** Approves a code as alice and resolves with the ticket that Guard passes to its page. */
async function approvedTicket(): Promise<string> {
  const random = await gene();
  await approveAs(aliceToken, random);
  return String((await checkUntil(random, 2)).ticket);
}

const post = (ticket: unknown, headers: Record<string, string> = { origin }) =>
  site.inject({ method: "POST", url: "/login", headers, payload: { ticket } });

it("the documented login of a site with Guard starts a session for the ticket", async () => {
  const answer = await post(await approvedTicket());
  expect(answer.statusCode).toBe(204);
  expect(sessions).toEqual(["subject-of-alice alice-nick"]);
  expect(answer.headers["set-cookie"]).toBe(
    "__Host-session=the-session; Path=/; HttpOnly; Secure; SameSite=Lax",
  );
});

it("the documented login of a site with Guard rejects a ticket that a page of another site posts (login CSRF)", async () => {
  const ticket = await approvedTicket();
  for (const headers of [{ origin: "https://attacker.example.com" }, { origin: "null" }, {}]) {
    const answer = await post(ticket, headers);
    expect([answer.statusCode, answer.headers["set-cookie"]]).toEqual([403, undefined]);
  }
  expect(sessions).toEqual([]);
  // Nobody has spent it.
  expect((await post(ticket)).statusCode).toBe(204);
});

it("the documented login of a site with Guard starts no session for a ticket that nobody has approved", async () => {
  for (const ticket of ["A".repeat(43), await gene()]) {
    const answer = await post(ticket);
    expect([answer.statusCode, answer.headers["set-cookie"]]).toEqual([401, undefined]);
  }
  expect((await post(7)).statusCode).toBe(401);
  expect((await post(null)).statusCode).toBe(401);
  expect(sessions).toEqual([]);
});
