import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAdminClient } from "../../src/client/index.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { describeSignInSwitch } from "../store/sign_in_switch_contract.js";
import { createTestTicket, responseOrThrow } from "../support/callers.js";
import { eventually } from "../support/eventually.js";
import { type RedisBackedService, startRedisBackedService } from "../support/redis/redis_backed_service.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { useTestStore } from "../support/redis/redis_test_store.js";

const adminSecret = "secret-of-the-operators";
const variables = {
  QRLOGIN_ADMINS: JSON.stringify([{ id: "ops", secretSha256: sha256Hex(adminSecret) }]),
};
const app = { target: { $case: "appId", value: "demo-app" } } as const;

describe.skipIf(!hasRedis)(`disabled sign-ins over one Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());
  beforeEach(async () => void (await redis.command("FLUSHALL")));

  const startNode = () => startRedisBackedService(redis, variables);

  async function asAdmin<T>(
    { address }: RedisBackedService,
    call: (client: ReturnType<typeof createAdminClient>) => Promise<T>,
  ): Promise<T> {
    const client = createAdminClient({ address, adminId: "ops", adminSecret });
    return call(client).finally(() => client.close());
  }

  describeSignInSwitch("in Redis", async () => (await useTestStore(redis)).signInSwitch);

  test("a sign-in that is disabled at one node is rejected by the other, also by a node that starts later", async () => {
    const [one, two] = [await startNode(), await startNode()];
    await asAdmin(one, (client) => client.disableSignIns(app));
    expect((await one.shop.createTicket()).reason).toBe("SIGN_IN_DISABLED");
    await eventually(async () => expect((await two.shop.createTicket()).reason).toBe("SIGN_IN_DISABLED"));
    await Promise.all([one.stop(), two.stop()]);
    const three = await startNode();
    expect((await three.shop.createTicket()).reason).toBe("SIGN_IN_DISABLED");
    await asAdmin(three, (client) => client.enableSignIns(app));
    responseOrThrow(await three.shop.createTicket());
  });

  test("the switch does not change the health status, and the store knows no ticket of it", async () => {
    const one = await startNode();
    const before = await one.health();
    const { ticketId } = await createTestTicket(one.shop);
    await asAdmin(one, (client) => client.disableSignIns(app));
    expect(await one.health()).toBe(before);
    expect((await one.alice.cancel({ ticketId })).reason).toBe("TICKET_NOT_SCANNED");
    const keys = (await redis.command("KEYS", "qrlogin:*")) as string[];
    expect(keys.filter((key) => !/^qrlogin:[tbc]:/.test(key))).toEqual(["qrlogin:disabled"]);
    expect(await redis.command("TTL", "qrlogin:disabled")).toBe(-1);
  });
});
