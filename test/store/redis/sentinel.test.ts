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
  /** The address that the store would use without Sentinels. */
  const unused = { address: "127.0.0.1:1" };

  describeTicketStore("the store in Redis", async () => {
    const [store, other] = await Promise.all([
      openTestStore(unused, { ...bySentinels(), replicaAcks: 2 }),
      openTestStore(unused, bySentinels()),
    ]);
    const release = async () => void (await (await redis.primary()).command("FLUSHALL"));
    return { store, other, clock: store.clock, release };
  });

  test("a store with Sentinels is durable if all replicas must acknowledge, and best effort otherwise", async () => {
    const levels = [2, 1, 0].map(async (replicaAcks) => {
      const { recorded } = await useTestStore(unused, { ...bySentinels(), replicaAcks });
      return recorded.durability.map(({ level }) => level);
    });
    expect(await Promise.all(levels)).toEqual([["durable"], ["best effort"], ["best effort"]]);
  });

  test("one reachable Sentinel is enough", async () => {
    const dead = `127.0.0.1:${await freePort()}`;
    const store = await useTestStore(unused, bySentinels({ nodes: [dead, nodes()[1] ?? ""] }));
    await createTicketIn(store);
  });

  test("an unknown name, unreachable Sentinels and a server that is no Sentinel fail at the start", async () => {
    const opened = (changes: object) => openTestStore(unused, bySentinels(changes));
    await expect(opened({ name: "another" })).rejects.toThrow(
      /no Sentinel answers: .*No such master with that name/,
    );
    await expect(opened({ nodes: ["127.0.0.1:1"] })).rejects.toThrow(/no Sentinel answers: .*ECONNREFUSED/);
    await expect(opened({ nodes: [redis.servers[0]?.address ?? ""] })).rejects.toThrow(
      /no Sentinel answers: .*unknown command/,
    );
  });

  test("an ACL user of the Sentinels with the documented minimum of rights finds the primary", async () => {
    const connectionOptions = { ...plainConnectionOptions, username: "qrlogin", password: "a-password" };
    for (const each of redis.sentinels) await each.command("ACL", "SETUSER", ...sentinelAclRules);
    const topology = createSentinelTopology({
      name: redis.name,
      nodes: nodes(),
      connectionOptions,
      timeout: 10_000,
    });
    const store = await useTestStore(unused, { topology });
    await createTicketIn(store);
    for (const each of redis.sentinels) await each.command("ACL", "SETUSER", "qrlogin", "-sentinel|replicas");
    await expect(openTestStore(unused, { topology })).rejects.toThrow("(missing right: +sentinel|replicas)");
  });

  // Last, because another server is the primary afterwards.
  test("the store finds the primary after a failover, with the data of the replicas", async () => {
    const store = await useTestStore(unused, { ...bySentinels(), replicaAcks: 0 });
    const confirming = await useTestStore(unused, { ...bySentinels(), replicaAcks: 2 });
    const ticket = await createTicketIn(confirming);
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    const before = await redis.primary();
    await before.kill();
    await waitUntilUnavailable(store);
    // A Sentinel whose process was delayed does nothing for half a minute.
    await eventually(async () => expect(await store.get(ticket.id)).toEqual(ticket), 90_000);
    await eventually(() => expect(onChange).toHaveBeenCalled());
    onChange.mockClear();
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(onChange).toHaveBeenCalled());
    // Only one Sentinel is asked, and it may be the last to know.
    await eventually(async () => expect(await redis.primary()).not.toBe(before));
    // One of the two servers that must acknowledge was killed.
    expect(await outcomeOf(confirming.get(ticket.id))).toBe("not written");
  });
});
