import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createSentinelTopology } from "../../../src/store/redis/topology/topology.js";
import { eventually } from "../../support/eventually.js";
import { freePort, hasRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { type RedisWithSentinels, startRedisWithSentinels } from "../../support/redis/redis_sentinels.js";
import {
  createTicketIn,
  openTestStore,
  outcomeOf,
  plainConnectionOptions,
  useTestStore,
  waitUntilUnavailable,
} from "../../support/redis/redis_test_store.js";
import { disklessLoadArgs } from "../../support/redis/replicated_redis.js";
import { sentinelAclRules } from "../../support/redis_acl.js";
import { nextRevisionOf } from "../../support/tickets.js";
import { describeTicketStore } from "../ticket_store_contract.js";

describe.skipIf(!hasRedis)(`on a Redis with Sentinels${withoutRedis}`, () => {
  let redis: RedisWithSentinels;
  beforeAll(async () => {
    redis = await startRedisWithSentinels(disklessLoadArgs);
  });
  afterAll(() => redis.release());

  const nodes = () => redis.sentinels.map(({ address }) => address);
  const bySentinels = (changes: { name?: string; nodes?: readonly string[] } = {}) => {
    const given = {
      name: redis.name,
      nodes: nodes(),
      connectionOptions: plainConnectionOptions,
      timeout: 10_000,
      ...changes,
    };
    return { topology: createSentinelTopology(given) };
  };
  /** Where the store would look without Sentinels. */
  const nowhere = { address: "127.0.0.1:1" };

  describeTicketStore("the store in Redis", async () => {
    const [store, other] = await Promise.all([
      openTestStore(nowhere, { ...bySentinels(), replicaAcks: 2 }),
      openTestStore(nowhere, bySentinels()),
    ]);
    const release = async () => void (await (await redis.primary()).command("FLUSHALL"));
    return { store, other, clock: store.clock, release };
  });

  test("it is durable where all replicas confirm, and best effort where one does not", async () => {
    const levels = [2, 1, 0].map(async (replicaAcks) => {
      const { recorded } = await useTestStore(nowhere, { ...bySentinels(), replicaAcks });
      return recorded.durability.map(({ level }) => level);
    });
    expect(await Promise.all(levels)).toEqual([["durable"], ["best effort"], ["best effort"]]);
  });

  test("one Sentinel that answers is enough", async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const store = await useTestStore(nowhere, bySentinels({ nodes: [dead, nodes()[1] ?? ""] }));
    await createTicketIn(store);
  });

  test("a name that the Sentinels do not know is refused at the start, and so are Sentinels that are not there", async () => {
    const opened = (changes: object) => openTestStore(nowhere, bySentinels(changes));
    await expect(opened({ name: "another" })).rejects.toThrow(
      /no Sentinel answers: .*No such master with that name/,
    );
    await expect(opened({ nodes: ["127.0.0.1:1"] })).rejects.toThrow(/no Sentinel answers: .*ECONNREFUSED/);
    await expect(opened({ nodes: [redis.servers[0]?.address ?? ""] })).rejects.toThrow(
      /no Sentinel answers: .*unknown command/,
    );
  });

  test("an ACL user of the Sentinels with the least rights of the documentation finds the primary", async () => {
    const connectionOptions = { ...plainConnectionOptions, username: "qrlogin", password: "a-password" };
    for (const each of redis.sentinels) await each.command("ACL", "SETUSER", ...sentinelAclRules);
    const topology = createSentinelTopology({
      name: redis.name,
      nodes: nodes(),
      connectionOptions,
      timeout: 10_000,
    });
    const store = await useTestStore(nowhere, { topology });
    await createTicketIn(store);
  });

  // Last: afterwards another one is the primary.
  test("the store finds the primary after a failover, and has what the replicas had", async () => {
    const store = await useTestStore(nowhere, { ...bySentinels(), replicaAcks: 0 });
    const confirmed = await useTestStore(nowhere, { ...bySentinels(), replicaAcks: 2 });
    const ticket = await createTicketIn(confirmed);
    const told = vi.fn();
    await store.subscribe(ticket.id, told);
    const before = await redis.primary();
    await before.kill();
    await waitUntilUnavailable(store);
    // A Sentinel whose own process was held up looks at nothing for half a minute.
    await eventually(async () => expect(await store.get(ticket.id)).toEqual(ticket), 90_000);
    await eventually(() => expect(told).toHaveBeenCalled());
    told.mockClear();
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(told).toHaveBeenCalled());
    // One Sentinel is asked, and may be the last to hear.
    await eventually(async () => expect(await redis.primary()).not.toBe(before));
    // One of the two that have to confirm is the one that was killed.
    expect(await outcomeOf(confirmed.get(ticket.id))).toBe("not written");
  });
});
