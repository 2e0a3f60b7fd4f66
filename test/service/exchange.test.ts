import { describe, expect, test } from "vitest";
import type { Ticket } from "../../src/domain/ticket.js";
import { alice, nextRevisionOf, shop } from "../support/tickets.js";
import { createService } from "./service_fixture.js";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** Creates a service with a ticket that alice has approved, and a `prepare` that records its calls. */
async function approved(changes: Parameters<ReturnType<typeof createService>["createIn"]>[1] = {}) {
  const service = createService();
  const created = await service.createIn("AUTHORIZED", changes);
  service.faults.writes = 0;
  const asked: Ticket[] = [];
  const prepare = async (ticket: Ticket) => {
    asked.push(ticket);
    return ticket;
  };
  return { ...service, ...created, asked, prepare };
}

describe("the result of an exchange", () => {
  test("prepares the result from the approved ticket before the write", async () => {
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

  test("an error of prepare leaves the exchange ticket unused", async () => {
    const { tickets, faults, exchangeTicket, stored, id } = await approved();
    const before = await stored(id);
    const lost = new Error("the key is gone");
    await expect(tickets.exchange(shop, exchangeTicket, "", () => Promise.reject(lost))).rejects.toBe(lost);
    expect(faults.writes).toBe(0);
    expect(await stored(id)).toEqual(before);
    expect(await tickets.exchange(shop, exchangeTicket, "")).toEqual(before);
  });

  test("prepares the result again after a lost race, from the ticket as it then is", async () => {
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

  test("prepares no result for an exchange that is rejected", async () => {
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
