import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { eventually } from "../../support/eventually.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  openTestStore,
  plainConnectionOptions,
  useTestStore,
} from "../../support/redis/redis_test_store.js";
import { minimalAclRules } from "../../support/redis_acl.js";
import { nextRevisionOf } from "../../support/tickets.js";

const [name = "", , , ...rights] = minimalAclRules;
const keysAndChannels = ["~qrlogin:*", "&qrlogin:*"];
const commands = rights.filter((word) => !keysAndChannels.includes(word));

describe.skipIf(!hasRedis)(`an ACL user of Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  const connectionOptions = { ...plainConnectionOptions, username: name, password: "a-password" };
  async function setUser(...rules: readonly string[]): Promise<void> {
    await redis.command(
      "ACL",
      "SETUSER",
      connectionOptions.username,
      "reset",
      "on",
      `>${connectionOptions.password}`,
      ...rules,
    );
  }
  /** Sets the rules of the user and resolves with the error of the store, in one line. */
  async function startErrorWith(...rules: readonly string[]): Promise<string> {
    await setUser(...rules);
    const opened = openTestStore(redis, { connectionOptions }).then(
      (store) => store.close().then(() => "it started"),
      (error: Error) => error.message,
    );
    return await opened;
  }

  test("an ACL user with the documented minimum of rights can do everything", async () => {
    await redis.command("ACL", "SETUSER", ...minimalAclRules);
    const store = await useTestStore(redis, { connectionOptions });
    const ticket = await createTicketIn(store);
    const onChange = vi.fn();
    const unsubscribe = await store.subscribe(ticket.id, onChange);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(onChange).toHaveBeenCalled());
    unsubscribe();
    await redis.command("SCRIPT", "FLUSH");
    const after = await createTicketIn(store);
    expect(await store.get(after.id)).toEqual(after);
    const target = { kind: "app", id: "shop" } as const;
    await store.signInSwitch.disable({ target, note: "", adminId: "ops", disabledAt: 1 });
    expect(await store.signInSwitch.list()).toHaveLength(1);
    expect(await store.signInSwitch.enable(target)).toBe(true);
    expect(store.recorded.durability).toEqual([expect.objectContaining({ level: "durable" })]);
    expect(store.recorded.availability).toEqual([]);
  });

  const named = [
    "role",
    "ping",
    "info",
    "time",
    "script|load",
    "evalsha",
    "get",
    "getrange",
    "set",
    "hgetall",
    "hset",
    "hsetnx",
    "hdel",
    "spublish",
    "ssubscribe",
  ];
  test.each([...named, "eval", "sunsubscribe"])(
    "an ACL user without the command %s fails at the start with its name",
    async (name) => {
      const message = await startErrorWith(...keysAndChannels, ...commands, `-${name}`);
      expect(message).toMatch(/^Redis at 127\.0\.0\.1:\d+ .*$/);
      expect(message).toContain(`'${name}' command`);
      expect(message).toContain(`(missing right: +${name})`);
      expect(message).not.toContain(connectionOptions.password);
    },
  );

  test("an ACL user who may not read settings gets best effort", async () => {
    await setUser(...keysAndChannels, ...commands, "-config|get");
    const store = await useTestStore(redis, { connectionOptions });
    expect(store.recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("CONFIG GET failed") },
    ]);
  });

  test("an ACL user without the keys fails at the start with a key", async () => {
    expect(await startErrorWith("~other:*", "&qrlogin:*", ...commands)).toContain("qrlogin:");
    // The keys of tickets alone are not enough.
    expect(await startErrorWith("~qrlogin:t:*", "&qrlogin:*", ...commands)).toContain("qrlogin:b:{");
    expect(await startErrorWith("~qrlogin:b:*", "&qrlogin:*", ...commands)).toContain("qrlogin:t:{");
  });

  test("an ACL user who may only read or only write keys fails at the start", async () => {
    expect(await startErrorWith("%R~qrlogin:*", "&qrlogin:*", ...commands)).toContain("NOPERM");
    expect(await startErrorWith("%W~qrlogin:*", "&qrlogin:*", ...commands)).toContain("NOPERM");
  });

  test("an ACL user without the channels fails at the start with the channel", async () => {
    expect(await startErrorWith("~qrlogin:*", "&other:*", ...commands)).toContain(
      "does not allow qrlogin to subscribe to the channel qrlogin:c:{",
    );
  });

  test("an ACL user needs the rights for the configured key prefix", async () => {
    await setUser("~shop:*", "&shop:*", ...commands);
    const store = await useTestStore(redis, { connectionOptions, keyPrefix: "shop:" });
    const ticket = await createTicketIn(store);
    expect(await redis.command("KEYS", `*${ticket.id}*`)).toEqual([`shop:t:{${ticket.id}}`]);
    await expect(openTestStore(redis, { connectionOptions })).rejects.toThrow("NOPERM");
  });

  test("a wrong password fails at the start without being quoted", async () => {
    await setUser(...keysAndChannels, ...commands);
    const wrong = openTestStore(redis, {
      connectionOptions: { ...connectionOptions, password: "a-wrong-password" },
    });
    await expect(wrong).rejects.toThrow(
      /^Redis at [\d.:]+ refuses the user name or the password: (?!.*a-wrong-password).*$/,
    );
  });

  test.each([
    ["a command", ["-evalsha"], "missing right: +evalsha"],
    ["the command that only shared rates and a flushed server need", ["-eval"], "missing right: +eval"],
    ["a command of the script", ["-getrange"], "missing right: +getrange"],
    [
      "the keys of rates",
      ["resetkeys", ...["t", "b", "h", "disabled"].map((part) => `~qrlogin:${part}*`)],
      "the pattern of the keys",
    ],
  ])(
    "a store whose user loses %s stays unavailable, and names it once, until it is back",
    async (_, change, missing) => {
      await setUser(...keysAndChannels, ...commands);
      const store = await useTestStore(redis, { connectionOptions });
      await redis.command("ACL", "SETUSER", connectionOptions.username, ...change);
      await expect(createTicketIn(store).then(() => store.rates.advance("key", 1, 1))).rejects.toMatchObject({
        name: "StoreUnavailableError",
      });
      const attempts = await countOf("role");
      await eventually(async () => expect(await countOf("role")).toBeGreaterThan(attempts + 3));
      const { availability, reconnectFailures } = store.recorded;
      expect(availability).toEqual([
        { isAvailable: false, reason: expect.stringContaining("missing right") },
      ]);
      const told = [...availability.map(({ reason }) => reason), ...reconnectFailures];
      expect(told.filter((text) => text?.includes(missing))).toHaveLength(1);
      await setUser(...keysAndChannels, ...commands);
      await eventually(async () => expect((await createTicketIn(store)).id).not.toBe(""));
      expect(store.recorded.availability).toHaveLength(2);
    },
  );

  /** Resolves with the number of times that the server was sent a command. */
  async function countOf(command: string): Promise<number> {
    const stats = String(await redis.command("INFO", "commandstats"));
    return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  }

  test("an ACL user who loses a right gets errors until the right is back", async () => {
    await setUser(...keysAndChannels, ...commands);
    const store = await useTestStore(redis, { connectionOptions });
    const ticket = await createTicketIn(store);
    await redis.command("ACL", "SETUSER", connectionOptions.username, "-get");
    await expect(store.get(ticket.id)).rejects.toMatchObject({ name: "StoreUnavailableError" });
    await redis.command("ACL", "SETUSER", connectionOptions.username, "+get");
    await eventually(async () => expect(await store.get(ticket.id)).toEqual(ticket));
  });
});
