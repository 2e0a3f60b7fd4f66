import { Metadata } from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newSecret, newTicketId } from "../../src/domain/secrets.js";
import {
  asApp,
  authorization,
  basic,
  callersOf,
  callsOf,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
} from "../support/callers.js";
import { connectPeer, grpcFrame } from "../support/http2_peer.js";
import { scrapeOf } from "../support/scrape.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Calls whatever a stranger can choose: methods, hosts, user agents, apps, tokens, tickets. */
async function attack(round: number): Promise<void> {
  const name = `r${round}-${newSecret()}`;
  const peer = await connectPeer(server.address);
  const ended = [
    peer.call(`/qrlogin.v1.QrLoginService/${name}`, { authorization: "Basic x" }),
    peer.call(`/${name}/${name}`, { ":authority": `${name}.example.com`, "user-agent": name }),
    peer.call("/qrlogin.v1.QrLoginService/CreateTicket", { authorization: name, [name]: name }),
  ].map((call) => {
    call.end(grpcFrame());
    return call.ended;
  });
  await Promise.all(ended);
  peer.close();
  const strangers = [
    authorization(basic(name, name)),
    authorization(`Bearer ${name}`),
    authorization(),
    new Metadata(),
  ];
  for (const metadata of strangers) {
    const calls = callsOf(server.client, metadata);
    const credentials = { ticketId: newTicketId(), ticketSecret: name };
    await calls.createTicket({ requester: { userAgent: name, deviceName: name } as never });
    await calls.getStatus(credentials);
    await calls.withdraw(credentials);
    await calls.exchangeUserInfo({ exchangeTicket: name });
    await calls.markScanned({ $case: "ticketId", value: name });
    await calls.authorize({ ticketId: name });
    await calls.cancel({ ticketId: name });
  }
  const shop = callsOf(server.client, asApp("shop"));
  await shop.getStatus({ ticketId: name, ticketSecret: name });
  await createTestTicket(shop, { requester: { deviceName: name } as never });
}

/** Signs users in, and ends tickets in each other way. */
async function useAsIntended(): Promise<void> {
  const { app, user } = callersOf(server.client);
  const [shop, alice] = [app("shop"), user(await signToken("alice"))];
  const ticket = await createAuthorizedTicket(shop, alice);
  responseOrThrow(await shop.exchangeUserInfo({ exchangeTicket: ticket.exchangeTicket }));
  responseOrThrow(await alice.cancel({ ticketId: (await createScannedTicket(shop, alice)).ticketId }));
  responseOrThrow(await shop.withdraw(await createTestTicket(shop)));
}

it("the number of series stays that of the start, whatever users and strangers do", async () => {
  const atStart = await scrapeOf(server.service);
  for (let round = 0; round < 20; round += 1) await attack(round);
  await useAsIntended();
  const after = await scrapeOf(server.service);
  expect(after.seriesCount).toBe(atStart.seriesCount);
  expect(after.value("grpc_server_call_started_total", { grpc_method: "other" })).toBe(2 * 20);
  expect(after.value("qrlogin_tickets_total", { event: "exchanged", from: "AUTHORIZED" })).toBe(1);
});

it("no text of a stranger, and no id of a ticket, is in a scrape", async () => {
  const shop = callsOf(server.client, asApp("shop"));
  const { ticketId } = await createTestTicket(shop, {
    requester: { deviceName: "laptop of a stranger", userAgent: "stranger/1" } as never,
  });
  await callsOf(server.client, authorization(basic("app-of-a-stranger", "x"))).createTicket({});
  const { text } = await scrapeOf(server.service);
  for (const secret of [ticketId, "stranger", "127.0.0.1"]) expect(text).not.toContain(secret);
});
