import { describe, expect, test } from "vitest";
import type { Ticket } from "../../src/domain/ticket.js";
import { alice, nextRevisionOf, shop } from "../support/tickets.js";
import { createService } from "./service_fixture.js";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** A ticket that alice has approved, and a step that notes what it is asked with. */
async function approved(wish: Parameters<ReturnType<typeof createService>["createIn"]>[1] = {}) {
  const service = createService();
  const created = await service.createIn("AUTHORIZED", wish);
  service.faults.writes = 0;
  const asked: Ticket[] = [];
  const prepare = async (ticket: Ticket) => {
    asked.push(ticket);
    return ticket;
  };
  return { ...service, ...created, asked, prepare };
}

describe("what an exchange answers", () => {
  test("is prepared from the approved ticket, before anything is written", async () => {
    const { tickets, faults, exchangeTicket, asked, stored, id } = await approved();
    const answer = await tickets.exchange(shop, exchangeTicket, "", async (ticket) => {
      expect([faults.writes, (await stored(id)).state]).toEqual([0, "AUTHORIZED"]);
      asked.push(ticket);
      return ticket;
    });
    expect(asked).toEqual([answer]);
    expect(answer).toMatchObject({ id, state: "AUTHORIZED", approval: { profile: alice.profile } });
    expect([faults.writes, (await stored(id)).state]).toEqual([1, "EXCHANGED"]);
  });

  test("where it cannot be prepared leaves the exchange ticket unspent", async () => {
    const { tickets, faults, exchangeTicket, stored, id } = await approved();
    const before = await stored(id);
    const lost = new Error("the key is gone");
    await expect(tickets.exchange(shop, exchangeTicket, "", () => Promise.reject(lost))).rejects.toBe(lost);
    expect(faults.writes).toBe(0);
    expect(await stored(id)).toEqual(before);
    expect(await tickets.exchange(shop, exchangeTicket, "")).toEqual(before);
  });

  test("is prepared anew after a lost race, from the ticket as it then is", async () => {
    const { tickets, memory, faults, exchangeTicket, asked, prepare, stored, id } = await approved();
    const approval = { approvedAt: 0, profile: { ...alice.profile, name: "another" }, signIn: alice.signIn };
    faults.beforeReplace = async () => {
      faults.beforeReplace = async () => {};
      const ticket = await stored(id);
      expect(await memory.replace(nextRevisionOf(ticket, { approval }), ticket.writeId)).toBe(true);
    };
    const answer = await tickets.exchange(shop, exchangeTicket, "", prepare);
    expect(asked.map((ticket) => ticket.approval?.profile.name)).toEqual(["alice Example", "another"]);
    expect(answer.approval).toEqual(approval);
  });

  test("is not prepared for an exchange that is refused", async () => {
    const { tickets, exchangeTicket, asked, prepare } = await approved({ codeChallenge });
    const other = { id: "other-shop", userPool: shop.userPool };
    await expect(tickets.exchange(shop, exchangeTicket, "wrong", prepare)).rejects.toThrow();
    await expect(tickets.exchange(other, exchangeTicket, verifier, prepare)).rejects.toThrow();
    expect(asked).toHaveLength(0);
    await tickets.exchange(shop, exchangeTicket, verifier, prepare);
    await expect(tickets.exchange(shop, exchangeTicket, verifier, prepare)).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
});
