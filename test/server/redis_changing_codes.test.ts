import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { decodeTicket, encodeTicket } from "../../src/store/redis/ticket_codec.js";
import { type CreatedTicket, createTestTicket, responseOrThrow, scannedByText } from "../support/callers.js";
import { expectError } from "../support/expect_error.js";
import { type RedisBackedService, startRedisBackedService } from "../support/redis/redis_backed_service.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";

const hour = 3_600_000;
const variables = {
  ...{ QRLOGIN_POLICY_QR_ROTATION_INTERVAL: "60s", QRLOGIN_POLICY_QR_ROTATION_OVERLAP: "3s" },
  ...{ QRLOGIN_TICKETS_TTL: "600s", QRLOGIN_TICKETS_MIN_POLL_INTERVAL: "0s" },
};

/** A clock of a machine that is an hour ahead. The clock of Redis is not. */
const fastClock = {
  ...systemClock,
  now: () => systemClock.now() + hour,
  wallNow: () => systemClock.wallNow() + hour,
};

describe.skipIf(!hasRedis)(`changing codes of two nodes over one Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  /** Makes the ticket older, as if it had been created `ms` milliseconds earlier. */
  async function age({ ticketId }: CreatedTicket, ms: number): Promise<void> {
    const key = `qrlogin:t:{${ticketId}}`;
    const ticket = decodeTicket(ticketId, String(await redis.command("GET", key)));
    const { qrRotation } = ticket;
    if (!qrRotation) throw new Error("the code of the ticket does not change");
    const older = { ...ticket, qrRotation: { ...qrRotation, startedAt: qrRotation.startedAt - ms } };
    await redis.command("SET", key, encodeTicket(older), "KEEPTTL");
  }

  const shownAt = async ({ shop }: RedisBackedService, held: CreatedTicket) =>
    responseOrThrow(await shop.getStatus(held)).status?.qrCodeStep;

  test("both nodes show the same step by the clock of Redis, although one machine is an hour ahead", async () => {
    const one = await startRedisBackedService(redis, variables);
    const two = await startRedisBackedService(redis, variables, fastClock);
    const held = await createTestTicket(two.shop);
    for (const node of [one, two]) {
      expect(await shownAt(node, held)).toMatchObject({ number: 1, qrContent: held.qrContent });
    }
    await age(held, 130_000);
    const [first, second] = [await shownAt(one, held), await shownAt(two, held)];
    expect(first?.number).toBe(3);
    expect(second).toMatchObject({ number: 3, qrContent: first?.qrContent });
    for (const { alice } of [one, two]) {
      const result = await alice.markScanned(scannedByText(held.qrContent));
      expectError(result, "FAILED_PRECONDITION", "QR_ROTATED", { state: "PENDING" });
    }
    responseOrThrow(await one.alice.markScanned(scannedByText(second?.qrContent ?? "")));
    expect(await shownAt(two, held)).toBeUndefined();
  });

  test("a step costs no write, and the key is gone from Redis with the end of the ticket", async () => {
    const one = await startRedisBackedService(redis, variables);
    const held = await createTestTicket(one.shop);
    await age(held, 61_000);
    const key = `qrlogin:t:{${held.ticketId}}`;
    const before = String(await redis.command("GET", key));
    expect((await shownAt(one, held))?.number).toBe(2);
    expect(String(await redis.command("GET", key))).toBe(before);
    const secret = decodeTicket(held.ticketId, before).qrRotation?.key;
    expect(before).toContain(secret);
    responseOrThrow(await one.shop.withdraw(held));
    expect(String(await redis.command("GET", key))).not.toContain(secret);
  });
});
