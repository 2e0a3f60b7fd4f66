import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TicketState as WireState } from "../../../gen/qrlogin/v1/ticket.js";
import { newTicketId } from "../../../src/domain/secrets.js";
import type { Ticket, TicketState } from "../../../src/domain/ticket.js";
import { decodeTicket, encodeTicket } from "../../../src/store/redis/ticket_codec.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { createTestTicket, scannedById } from "../../support/callers.js";
import { startRedisBackedService } from "../../support/redis/redis_backed_service.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { useTestStore } from "../../support/redis/redis_test_store.js";
import { nextRevisionOf, ticketIn } from "../../support/tickets.js";
import { readVersion2 } from "./version2_reader.js";

const id = "AAAAAAAAAAAAAAAAAAAAAA";
const writeId = "write-id-number1";
const exchangeDigest = "digest-of-43-characters-aaaaaaaaaaaaaaaaaaa";
const codeChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const context = `"{\\"cart\\":7}",["192.0.2.7","Firefox 140","Anna's laptop","Leipzig",2,3,3,1]`;
const scanner = `["https://id.example.com/","alice"]`;
const scannedBy = `["alice","https://photos.example.com/alice.png"]`;
const approval =
  `{"approvedAt":1795435200000,"profile":{"userId":"id-of-alice","nickname":"alice","name":"alice Example",` +
  `"photo":"https://photos.example.com/alice.png","email":"alice@example.com","emailVerified":true,` +
  `"phone":"+49 341 000000","phoneVerified":false,"claims":{"department":"sales"}},` +
  `"signIn":{"clientId":"mobile","authTime":1795435200000,"methods":["pwd"],"acr":""}}`;
const head = (state: string, revision: number) =>
  `${writeId}2["shop","customers","APP_AUTH","${state}",${revision},"${exchangeDigest}"`;

/** Values that the release before the check code wrote for `ticketIn` with the constants above. */
const recorded: Readonly<Partial<Record<TicketState, string>>> = {
  PENDING: `${head("PENDING", 1)},"${codeChallenge}",1795435320000,null,null,${context},null,null,null,1]`,
  SCANNED: `${head("SCANNED", 2)},null,1795435320000,null,null,${context},${scanner},${scannedBy},null,1]`,
  AUTHORIZED: `${head("AUTHORIZED", 3)},null,1795435500000,null,null,${context},${scanner},${scannedBy},${approval},1]`,
  CANCELLED: `${head("CANCELLED", 3)},null,1795435320000,1795435800000,"CANCELLED_BY_APPROVER",null,null,${scanner},null,null,0]`,
  EXCHANGED: `${head("EXCHANGED", 4)},null,1795435320000,1795435800000,null,null,null,${scanner},null,null,0]`,
  EXPIRED: `${head("EXPIRED", 3)},null,1795435320000,1795435800000,null,null,null,${scanner},null,null,0]`,
};

const recordedTicket = (state: TicketState): Ticket =>
  ticketIn(state, { id, writeId, exchangeDigest, ...(state === "PENDING" && { codeChallenge }) });

const recordedRotation = {
  ...{ key: "AAECAwQFBgcICQoLDA0ODw", startedAt: 1_795_435_200_000 },
  ...{ interval: 10_000, overlap: 5_000, maxSteps: 12 },
};

/** Returns the ticket without the fields that version 2 does not have. */
function withoutPolicyFields({ checkCodeDigits: _, checkCode: __, ...ticket }: Ticket) {
  return ticket;
}

/** Tickets that only a node of this release may touch, in every state that they go through. */
const withCheckCode = [
  ticketIn("PENDING", { checkCodeDigits: 6 }),
  ticketIn("SCANNED", { checkCodeDigits: 6 }),
  ticketIn("AWAITING_CHECK_CODE"),
  ticketIn("AUTHORIZED", { checkCodeDigits: 6, checkCode: { digits: "042137", wrongAttempts: 2 } }),
  ticketIn("CANCELLED", { checkCodeDigits: 6, cancelReason: "CHECK_CODE_FAILED" }),
];

describe("a value in Redis during a rolling upgrade", () => {
  test.each(Object.entries(recorded))(
    "a value that the release before wrote is read, and a ticket without a policy is written the same, in %s",
    (state, value) => {
      const ticket = recordedTicket(state as TicketState);
      expect(decodeTicket(id, value)).toStrictEqual(ticket);
      expect(encodeTicket(ticket)).toBe(value);
      expect(readVersion2(id, value)).toEqual(withoutPolicyFields(ticket));
    },
  );

  test.each(withCheckCode)(
    "the release before refuses a ticket that needs a check code as unavailable, in $state",
    (ticket) => {
      const value = encodeTicket(ticket);
      expect(value[16]).toBe("3");
      expect(() => readVersion2(ticket.id, value)).toThrow(StoreUnavailableError);
      expect(decodeTicket(ticket.id, value)).toStrictEqual(ticket);
    },
  );
});

/** Values of version 3 as the last release wrote them, by the ticket that they hold. */
const withPolicies: readonly (readonly [string, Ticket])[] = [
  [
    `${writeId}3["shop","customers","APP_AUTH","SCANNED",2,"${exchangeDigest}",null,1795435320000,null,null,${context},${scanner},${scannedBy},null,1,6,null,null]`,
    { ...recordedTicket("SCANNED"), checkCodeDigits: 6 },
  ],
  [
    `${writeId}3["shop","customers","APP_AUTH","AUTHORIZED",3,"${exchangeDigest}",null,1795435500000,null,null,${context},${scanner},${scannedBy},${approval},1,6,["042137",2],null]`,
    {
      ...recordedTicket("AUTHORIZED"),
      ...{ checkCodeDigits: 6, checkCode: { digits: "042137", wrongAttempts: 2 } },
    },
  ],
  [
    `${writeId}3["shop","customers","APP_AUTH","PENDING",1,"${exchangeDigest}","${codeChallenge}",1795435320000,null,null,${context},null,null,null,1,0,null,["AAECAwQFBgcICQoLDA0ODw",1795435200000,10000,5000,12]]`,
    { ...recordedTicket("PENDING"), qrRotation: recordedRotation },
  ],
];

describe("a value of version 3", () => {
  test.each(withPolicies)(
    "a value that the last release wrote is read and written the same: %s",
    (value, ticket) => {
      expect(decodeTicket(id, value)).toStrictEqual(ticket);
      expect(encodeTicket(ticket)).toBe(value);
    },
  );
});

/** Optional fields as a later release may append them, behind those of the version. */
const appended = [`{"trace":"00-4bf92f35-01"}`, `7,"text",{"a":[1]}`, `null,[["b",2]]`];

describe("a value of the next release", () => {
  const values = [...Object.values(recorded), ...withPolicies.map(([value]) => value)];

  test.each(appended)("optional fields behind the known ones change nothing: %s", (fields) => {
    for (const value of values) {
      const later = value.replace(/\]$/, `,${fields}]`);
      expect(decodeTicket(id, later)).toStrictEqual(decodeTicket(id, value));
      expect(encodeTicket(decodeTicket(id, later))).toBe(value);
    }
  });

  test("a later version is refused as unavailable, whatever it holds", () => {
    for (const value of values) {
      for (const version of ["4", "5", "9", "a", "{"]) {
        const later = value.slice(0, 16) + version + value.slice(17);
        expect(() => decodeTicket(id, later)).toThrow(StoreUnavailableError);
      }
    }
  });
});

describe.skipIf(!hasRedis)(`nodes of two releases on one Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  const keyOf = (ticketId: string) => `qrlogin:t:{${ticketId}}`;
  const rawValue = async (ticketId: string) => String(await redis.command("GET", keyOf(ticketId)));

  test("the release before reads a ticket that this release created and changed", async () => {
    const store = await useTestStore(redis);
    const ticket = ticketIn("PENDING", { expiresAt: store.clock.now() + 120_000 });
    await store.create(ticket);
    expect(readVersion2(ticket.id, await rawValue(ticket.id))).toEqual(withoutPolicyFields(ticket));
    const next = nextRevisionOf(ticketIn("SCANNED", { ...ticket, state: "SCANNED" }));
    expect(await store.replace(next, ticket.writeId)).toBe(true);
    expect(readVersion2(ticket.id, await rawValue(ticket.id))).toEqual(withoutPolicyFields(next));
  });

  test("this release reads and changes a ticket that the release before created, and may lose to it", async () => {
    const store = await useTestStore(redis);
    const ticketId = newTicketId();
    const value = recorded.SCANNED ?? "";
    await redis.command("SET", keyOf(ticketId), value, "PX", 600_000);
    const ticket = await store.get(ticketId);
    expect(ticket).toEqual({ ...recordedTicket("SCANNED"), id: ticketId });
    if (!ticket) throw new Error("the ticket is gone");
    // The release before writes in between.
    await redis.command("SET", keyOf(ticketId), value.replace(writeId, "write-id-number2"), "PX", 600_000);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(false);
    const again = await store.get(ticketId);
    if (!again) throw new Error("the ticket is gone");
    const next = nextRevisionOf(again, { state: "AUTHORIZED" });
    expect(await store.replace(next, again.writeId)).toBe(true);
    expect(readVersion2(ticketId, await rawValue(ticketId))).toEqual(withoutPolicyFields(next));
  });

  test("a ticket of a later version is answered as unavailable and stays as it was, while a watch keeps its status", async () => {
    const node = await startRedisBackedService(redis);
    const ticket = await createTestTicket(node.shop);
    const watch = node.watch(ticket);
    expect(await watch.next()).toMatchObject({ state: WireState.PENDING });
    const [key, value] = [keyOf(ticket.ticketId), await rawValue(ticket.ticketId)];
    const later = `${value.slice(0, 16)}4${value.slice(17)}`;
    const write = async (text: string) => {
      await redis.command("SET", key, text, "PX", 600_000);
      await redis.command("SPUBLISH", `qrlogin:c:{${ticket.ticketId}}`, "");
    };
    await write(later);
    const answers = [
      await node.shop.getStatus(ticket),
      await node.shop.withdraw(ticket),
      await node.alice.markScanned(scannedById(ticket)),
      await node.alice.authorize(ticket),
      await node.alice.cancel(ticket),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE" });
    expect(await rawValue(ticket.ticketId)).toBe(later);
    expect(node.logText()).toContain("the ticket in Redis has another format version");
    // The node of the later release finishes the sign-in, and writes in a version that both know.
    await write(value.replace("PENDING", "CANCELLED").replace(/^.{16}/, "later-node-wrote"));
    expect(await watch.next()).toMatchObject({ state: WireState.CANCELLED });
    expect((await watch.ended).code).toBe("OK");
  });

  test("the release before refuses a ticket that needs a check code, and this release completes it", async () => {
    const store = await useTestStore(redis);
    const ticket = ticketIn("AWAITING_CHECK_CODE", { expiresAt: store.clock.now() + 120_000 });
    await store.create(ticket);
    const refused = await rawValue(ticket.id);
    expect(() => readVersion2(ticket.id, refused)).toThrow(StoreUnavailableError);
    expect(await store.get(ticket.id)).toEqual(ticket);
    expect(await store.replace(nextRevisionOf(ticket, { state: "AUTHORIZED" }), ticket.writeId)).toBe(true);
  });
});
