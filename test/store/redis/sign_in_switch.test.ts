import { describe, expect, onTestFinished, test } from "vitest";
import type { RedisCommand } from "../../../src/store/redis/connection/command_executor.js";
import { openSignInSwitch } from "../../../src/store/redis/sign_in_switch.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { createManualClock, flushPromises } from "../../support/clock.js";
import { customersRecord, describeSignInSwitch, shopRecord } from "../sign_in_switch_contract.js";

const key = "qrlogin:disabled";

/** Creates a hash that replies to commands as Redis does, unless the test makes it fail or hold its replies. */
function createHash() {
  const fields = new Map<string, string>();
  const faults = {
    isAway: false,
    /** Commands that wait for their replies while the test holds them. */
    held: undefined as (() => void)[] | undefined,
  };
  const commands: RedisCommand[] = [];

  function reply([name, , field = "", value = ""]: readonly (string | number)[]): unknown {
    if (name === "HGETALL") return [...fields].flat();
    if (name === "HSETNX" && fields.has(String(field))) return 0;
    fields.set(String(field), String(value));
    return 1;
  }

  async function run(command: RedisCommand): Promise<unknown> {
    commands.push(command);
    if (faults.isAway) throw new StoreUnavailableError("the connection was closed");
    const result = reply(command.args as readonly (string | number)[]);
    const { held } = faults;
    if (held) await new Promise<void>((resolve) => void held.push(resolve));
    return result;
  }

  return { fields, faults, commands, run };
}

async function setUp() {
  const clock = createManualClock();
  const hash = createHash();
  const open = async () => {
    const opened = await openSignInSwitch({ key, run: hash.run, clock });
    onTestFinished(opened.stop);
    return opened;
  };
  return { clock, hash, open };
}

const isDisabledIn = (one: { isDisabled(appId: string, userPoolId: string): boolean }) =>
  one.isDisabled("shop", "customers");

describeSignInSwitch("in a hash", async () => (await setUp()).open());

describe("the switch in Redis", () => {
  test("each command of the switch goes to the one key, and only changes count as writes", async () => {
    const { hash, open } = await setUp();
    const one = await open();
    await one.disable(shopRecord);
    await one.enable(shopRecord.target);
    await one.list();
    expect(hash.commands.map(({ args, hashTag, writes }) => [args[0], args[1], hashTag, writes])).toEqual([
      ["HGETALL", key, key, false],
      ["HSET", key, key, true],
      ["HGETALL", key, key, false],
      ["HSET", key, key, true],
      ["HGETALL", key, key, false],
    ]);
  });

  test("another node sees a change within a second, and a new node before it serves", async () => {
    const { clock, open } = await setUp();
    const [one, two] = [await open(), await open()];
    await one.disable(shopRecord);
    expect([isDisabledIn(one), isDisabledIn(two)]).toEqual([true, false]);
    expect(isDisabledIn(await open())).toBe(true);
    await clock.advanceAsync(1_000);
    expect(isDisabledIn(two)).toBe(true);
    await two.enable(shopRecord.target);
    await clock.advanceAsync(1_000);
    expect(isDisabledIn(one)).toBe(false);
  });

  test("a node that cannot read the switch uses the last read for less than five seconds", async () => {
    const { clock, hash, open } = await setUp();
    const one = await open();
    hash.faults.isAway = true;
    await clock.advanceAsync(4_999);
    expect(isDisabledIn(one)).toBe(false);
    await clock.advanceAsync(1);
    expect(() => isDisabledIn(one)).toThrow(StoreUnavailableError);
    expect(() => isDisabledIn(one)).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: "the connection was closed" }) }),
    );
    await clock.advanceAsync(60_000);
    expect(() => isDisabledIn(one)).toThrow(StoreUnavailableError);
    hash.faults.isAway = false;
    await clock.advanceAsync(1_000);
    expect(isDisabledIn(one)).toBe(false);
  });

  test("a node reads the switch at once when Redis is reachable again, and then every second", async () => {
    const { clock, hash, open } = await setUp();
    const one = await open();
    hash.faults.isAway = true;
    await clock.advanceAsync(60_500);
    hash.faults.isAway = false;
    one.readNow();
    one.readNow();
    await flushPromises();
    expect(isDisabledIn(one)).toBe(false);
    const reads = hash.commands.length;
    await clock.advanceAsync(999);
    expect(hash.commands).toHaveLength(reads);
    await clock.advanceAsync(1);
    expect(hash.commands).toHaveLength(reads + 1);
  });

  test("the age of a read counts from its beginning, since a late reply shows the past", async () => {
    const { clock, hash, open } = await setUp();
    const one = await open();
    hash.faults.held = [];
    await clock.advanceAsync(1_000);
    await clock.advanceAsync(3_500);
    for (const release of hash.faults.held.splice(0)) release();
    await flushPromises();
    hash.faults.isAway = true;
    await clock.advanceAsync(1_499);
    expect(isDisabledIn(one)).toBe(false);
    await clock.advanceAsync(1);
    expect(() => isDisabledIn(one)).toThrow(StoreUnavailableError);
  });

  test("a read that began before a change of this node does not undo it", async () => {
    const { clock, hash, open } = await setUp();
    const one = await open();
    const held: (() => void)[] = [];
    hash.faults.held = held;
    await clock.advanceAsync(1_000);
    hash.faults.held = undefined;
    await one.disable(shopRecord);
    held[0]?.();
    await flushPromises();
    expect(isDisabledIn(one)).toBe(true);
    hash.faults.held = held;
    await clock.advanceAsync(1_000);
    hash.faults.held = undefined;
    await one.enable(shopRecord.target);
    expect(held).toHaveLength(2);
    held[1]?.();
    await flushPromises();
    expect(isDisabledIn(one)).toBe(false);
  });

  test("a change whose outcome is unknown is rejected, and the next read shows what became of it", async () => {
    const { clock, hash, open } = await setUp();
    const one = await open();
    hash.faults.isAway = true;
    await expect(one.disable(shopRecord)).rejects.toThrow(StoreUnavailableError);
    hash.fields.set("app:shop", "{}");
    hash.faults.isAway = false;
    await clock.advanceAsync(1_000);
    expect(isDisabledIn(one)).toBe(true);
  });

  test("a field that was written by hand disables sign-ins, whatever its value", async () => {
    const { hash, open } = await setUp();
    hash.fields.set("app:shop", "").set("userPool:customers", '{"note":7,"disabledAt":1e300}');
    hash.fields.set("userPool:staff", "null").set("of a later version:x", "{}").set("app:", "{}");
    const one = await open();
    expect(isDisabledIn(one)).toBe(true);
    const byHand = { note: "", adminId: "", disabledAt: undefined };
    expect(await one.list()).toEqual([
      { target: shopRecord.target, ...byHand },
      { target: customersRecord.target, ...byHand },
      { target: { kind: "userPool", id: "staff" }, ...byHand },
    ]);
  });

  test("a record that Redis has lost stays in force at a node that knows it, which writes it again", async () => {
    const { clock, hash, open } = await setUp();
    const [one, two] = [await open(), await open()];
    await one.disable(shopRecord);
    await one.disable(customersRecord);
    await clock.advanceAsync(1_000);
    hash.fields.clear();
    await clock.advanceAsync(1_000);
    expect([isDisabledIn(one), isDisabledIn(two)]).toEqual([true, true]);
    expect(isDisabledIn(await open())).toBe(true);
    expect(await two.list()).toEqual([shopRecord, customersRecord]);
  });

  test("a record that was enabled does not come back, whether or not Redis loses that too", async () => {
    const { clock, hash, open } = await setUp();
    const [one, two] = [await open(), await open()];
    await one.disable(shopRecord);
    await clock.advanceAsync(1_000);
    await one.enable(shopRecord.target);
    await clock.advanceAsync(1_000);
    hash.fields.clear();
    await clock.advanceAsync(2_000);
    expect([isDisabledIn(one), isDisabledIn(two), hash.fields.size]).toEqual([false, false, 0]);
  });

  test("a lost record is not written over one that an administrator has written meanwhile", async () => {
    const { clock, hash, open } = await setUp();
    const [one, two] = [await open(), await open()];
    await one.disable(shopRecord);
    await clock.advanceAsync(1_000);
    hash.fields.clear();
    const held: (() => void)[] = [];
    hash.faults.held = held;
    await clock.advanceAsync(1_000);
    hash.faults.held = undefined;
    // Both nodes have read the empty hash, and wait for the reply.
    await two.enable(shopRecord.target);
    expect(await two.enable(shopRecord.target)).toBe(false);
    hash.fields.set("app:shop", '{"enabled":true}');
    for (const release of held) release();
    await flushPromises();
    await clock.advanceAsync(1_000);
    expect([isDisabledIn(one), isDisabledIn(two)]).toEqual([false, false]);
  });

  test("opening the switch fails with the error of the first read", async () => {
    const { hash, open } = await setUp();
    hash.faults.isAway = true;
    await expect(open()).rejects.toThrow("the connection was closed");
  });

  test("a stopped switch reads no more, and leaves no timer", async () => {
    const { clock, hash, open } = await setUp();
    const one = await open();
    one.stop();
    expect(clock.pendingCount).toBe(0);
    await clock.advanceAsync(10_000);
    expect(hash.commands).toHaveLength(1);
    expect(() => isDisabledIn(one)).toThrow("the store is closed");
  });
});
