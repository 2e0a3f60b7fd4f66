import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newTicketId } from "../../../src/domain/secrets.js";
import { hashSlotOf } from "../../../src/store/redis/keys.js";
import { createClusterTopology } from "../../../src/store/redis/topology/topology.js";
import { createManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { type RedisCluster, startRedisCluster } from "../../support/redis/redis_cluster.js";
import { hasRedis, type RedisProcess, withoutRedis } from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  openTestStore,
  outcomeOf,
  plainConnectionOptions,
  useTestStore,
} from "../../support/redis/redis_test_store.js";
import { clusterAclRules, minimalAclRules } from "../../support/redis_acl.js";
import { nextRevisionOf } from "../../support/tickets.js";
import { describeTicketStore } from "../ticket_store_contract.js";

describe.skipIf(!hasRedis)(`on a Redis Cluster of three masters${withoutRedis}`, () => {
  let redis: RedisCluster;
  beforeAll(async () => {
    redis = await startRedisCluster(["--cluster-require-full-coverage", "no"]);
  });
  afterAll(() => redis.release());

  const master = (index: number): RedisProcess => {
    const found = redis.masters[index];
    if (!found) throw new Error(`there is no master ${index}`);
    return found;
  };
  const onCluster = () => {
    // One node is named, the others are discovered.
    const topology = createClusterTopology({
      nodes: [master(0).address],
      connectionOptions: plainConnectionOptions,
      timeout: 10_000,
    });
    return { topology };
  };
  const open = () => useTestStore(master(0), onCluster());

  describeTicketStore("the store in Redis", async () => {
    const [store, other] = await Promise.all([
      openTestStore(master(0), onCluster()),
      openTestStore(master(0), onCluster()),
    ]);
    const release = async () =>
      void (await Promise.all(redis.masters.map((each) => each.command("FLUSHALL"))));
    return { store, other, clock: store.clock, release };
  });

  test("the nodes of a Cluster share the switch, also after its slot has moved", async () => {
    const [store, other] = [await open(), await open()];
    const target = { kind: "app", id: "shop" } as const;
    await store.signInSwitch.disable({ target, note: "", adminId: "ops", disabledAt: 1 });
    await eventually(() => expect(other.signInSwitch.isDisabled("shop", "customers")).toBe(true));
    const slot = hashSlotOf("qrlogin:disabled");
    const from = Math.floor(slot / (16_384 / 3));
    await moveSlot(slot, from, (from + 1) % 3, () => migrateKey("qrlogin:disabled", from, (from + 1) % 3));
    expect(await other.signInSwitch.enable(target)).toBe(true);
    await eventually(() => expect(store.signInSwitch.isDisabled("shop", "customers")).toBe(false));
  });

  test("the availability is reported only after an outage", async () => {
    const store = await open();
    // The layout is fetched again every five seconds, and at once when a slot has moved.
    await moveSlot(freeSlot(), 0, 1);
    await createTicketIn(store, { id: idIn(freeSlot()) });
    expect(store.recorded.availability).toEqual([]);
    expect(store.recorded.durability).toHaveLength(1);
  });

  test("a ticket is found, written and created during and after the move of its slot", async () => {
    const store = await open();
    const slot = freeSlot();
    const [moved, staying] = [
      await createTicketIn(store, { id: idIn(slot) }),
      await createTicketIn(store, { id: idIn(slot) }),
    ];
    await moveSlot(slot, 0, 1, async () => {
      await migrate(moved.id, 0, 1);
      expect(await store.get(moved.id)).toEqual(moved);
      expect(await store.get(staying.id)).toEqual(staying);
      const written = nextRevisionOf(moved);
      expect(await store.replace(written, moved.writeId)).toBe(true);
      expect(await store.replace(nextRevisionOf(moved), moved.writeId)).toBe(false);
      const created = await createTicketIn(store, { id: idIn(slot) });
      expect(await store.get(created.id)).toEqual(created);
      await expect(createTicketIn(store, { id: moved.id })).rejects.toThrow("exists");
      await migrate(staying.id, 0, 1);
    });
    expect(await store.get(staying.id)).toEqual(staying);
    expect(await store.replace(nextRevisionOf(staying), staying.writeId)).toBe(true);
    expect(store.recorded.availability).toEqual([]);
  });

  test("a watcher is notified when the slot of its ticket has moved, and of later writes there", async () => {
    const [store, other] = [await open(), await open()];
    const slot = freeSlot();
    const ticket = await createTicketIn(store, { id: idIn(slot) });
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    await moveSlot(slot, 0, 1, () => migrate(ticket.id, 0, 1));
    await eventually(() => expect(onChange).toHaveBeenCalled());
    onChange.mockClear();
    expect(await other.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(onChange).toHaveBeenCalled());
  });

  test("a new watcher of a ticket whose slot has moved is subscribed within a moment", async () => {
    // The Cluster is asked again every five seconds by the clock, which stands still here.
    const clock = createManualClock(Date.now());
    const store = await useTestStore(master(0), { ...onCluster(), clock });
    const slot = freeSlot();
    await moveSlot(slot, 0, 1);
    const id = idIn(slot);
    await eventually(() => store.subscribe(id, () => {}));
  });

  test("an ACL user with the documented minimum of rights can do everything on a Cluster", async () => {
    const connectionOptions = { ...plainConnectionOptions, username: "qrlogin", password: "a-password" };
    for (const each of redis.masters)
      await each.command("ACL", "SETUSER", ...minimalAclRules, ...clusterAclRules);
    const topology = createClusterTopology({
      nodes: [master(1).address],
      connectionOptions,
      timeout: 10_000,
    });
    const store = await useTestStore(master(1), { topology, connectionOptions });
    const slot = freeSlot();
    const ticket = await createTicketIn(store, { id: idIn(slot) });
    await moveSlot(slot, 0, 1, async () => {
      await migrate(ticket.id, 0, 1);
      expect(await store.get(ticket.id)).toEqual(ticket);
    });
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
  });

  test("while a master is unreachable its tickets fail at once, and all others go on", async () => {
    const store = await open();
    const slots = [0, 1, 2].map((index) => Math.floor((index * 16_384) / 3) + 100);
    const tickets = await Promise.all(slots.map((slot) => createTicketIn(store, { id: idIn(slot) })));
    const outcomes = () => Promise.all(tickets.map(({ id }) => outcomeOf(store.get(id))));
    await master(2).kill();
    await eventually(async () => expect(await outcomes()).toEqual(["done", "done", "not written"]));
    await eventually(() =>
      expect(store.recorded.availability.at(-1)).toMatchObject({
        isAvailable: true,
        reason: expect.any(String),
      }),
    );
    const eventsSoFar = store.recorded.availability.length;
    await master(2).restart();
    await redis.waitUntilReady();
    await eventually(async () => expect(await outcomes()).toEqual(["done", "done", "done"]));
    await eventually(() =>
      expect(store.recorded.availability.at(-1)).toEqual({ isAvailable: true, reason: undefined }),
    );
    // Reported once, however many attempts there were.
    expect(store.recorded.availability.length).toBeLessThanOrEqual(eventsSoFar + 2);
  });

  let nextSlot = 0;
  /** Returns a slot of the first master that no test has moved. */
  const freeSlot = () => nextSlot++;

  function idIn(slot: number): string {
    for (;;) {
      const id = newTicketId();
      if (hashSlotOf(id) === slot) return id;
    }
  }

  const nodeId = async (index: number) => String(await master(index).command("CLUSTER", "MYID"));

  /** Moves a slot as `redis-cli --cluster reshard` does. */
  async function moveSlot(slot: number, from: number, to: number, meanwhile = async () => {}) {
    const [source, target] = [await nodeId(from), await nodeId(to)];
    await master(to).command("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
    await master(from).command("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
    await meanwhile();
    for (const index of new Set([to, from, 0, 1, 2]))
      await master(index).command("CLUSTER", "SETSLOT", slot, "NODE", target);
  }

  const migrate = (id: string, from: number, to: number) => migrateKey(`qrlogin:t:{${id}}`, from, to);

  async function migrateKey(key: string, from: number, to: number): Promise<void> {
    await master(from).command("MIGRATE", "127.0.0.1", master(to).port, key, 0, 5_000);
  }
});
