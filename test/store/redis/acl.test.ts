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
  /** Why a store does not start for a user with these rules, in one line. */
  async function refusalWith(...rules: readonly string[]): Promise<string> {
    await setUser(...rules);
    const opened = openTestStore(redis, { connectionOptions }).then(
      (store) => store.close().then(() => "it started"),
      (error: Error) => error.message,
    );
    return await opened;
  }

  test("with the least rights of the documentation can do everything", async () => {
    await redis.command("ACL", "SETUSER", ...minimalAclRules);
    const store = await useTestStore(redis, { connectionOptions });
    const ticket = await createTicketIn(store);
    const told = vi.fn();
    const leave = await store.subscribe(ticket.id, told);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(told).toHaveBeenCalled());
    leave();
    await redis.command("SCRIPT", "FLUSH");
    const after = await createTicketIn(store);
    expect(await store.get(after.id)).toEqual(after);
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
    "set",
    "spublish",
    "ssubscribe",
  ];
  test.each([...named, "eval", "sunsubscribe"])(
    "without the command %s is refused at the start, by its name",
    async (name) => {
      const refusal = await refusalWith(...keysAndChannels, ...commands, `-${name}`);
      expect(refusal).toMatch(/^Redis at 127\.0\.0\.1:\d+ .*$/);
      expect(refusal).toContain(`'${name}' command`);
      expect(refusal).not.toContain(connectionOptions.password);
    },
  );

  test("without a command that only the script needs is refused at the start, by the script", async () => {
    expect(await refusalWith(...keysAndChannels, ...commands, "-getrange")).toMatch(
      /^Redis at [\d.:]+ does not let us write the key qrlogin:t:\{\d+\} by a script: /,
    );
  });

  test("that may not read settings is served at best effort, since nobody can tell more", async () => {
    await setUser(...keysAndChannels, ...commands, "-config|get");
    const store = await useTestStore(redis, { connectionOptions });
    expect(store.recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("CONFIG GET is refused") },
    ]);
  });

  test("without the keys is refused at the start, by the keys", async () => {
    expect(await refusalWith("~other:*", "&qrlogin:*", ...commands)).toContain("qrlogin:");
    // Those of tickets alone are not enough.
    expect(await refusalWith("~qrlogin:t:*", "&qrlogin:*", ...commands)).toContain("qrlogin:b:{");
    expect(await refusalWith("~qrlogin:b:*", "&qrlogin:*", ...commands)).toContain("qrlogin:t:{");
  });

  test("who may read keys and not write them is refused at the start", async () => {
    expect(await refusalWith("%R~qrlogin:*", "&qrlogin:*", ...commands)).toContain("NOPERM");
    expect(await refusalWith("%W~qrlogin:*", "&qrlogin:*", ...commands)).toContain("NOPERM");
  });

  test("without the channels is refused at the start, by the channel", async () => {
    expect(await refusalWith("~qrlogin:*", "&other:*", ...commands)).toContain(
      "does not let us subscribe to the channel qrlogin:c:{",
    );
  });

  test("with another prefix needs the rights for that", async () => {
    await setUser("~shop:*", "&shop:*", ...commands);
    const store = await useTestStore(redis, { connectionOptions, keyPrefix: "shop:" });
    const ticket = await createTicketIn(store);
    expect(await redis.command("KEYS", `*${ticket.id}*`)).toEqual([`shop:t:{${ticket.id}}`]);
    await expect(openTestStore(redis, { connectionOptions })).rejects.toThrow("NOPERM");
  });

  test("whose password is wrong is refused, and the line does not say which one was tried", async () => {
    await setUser(...keysAndChannels, ...commands);
    const wrong = openTestStore(redis, {
      connectionOptions: { ...connectionOptions, password: "a-wrong-password" },
    });
    await expect(wrong).rejects.toThrow(
      /^Redis at [\d.:]+ refuses the user name or the password: (?!.*a-wrong-password).*$/,
    );
  });

  test("who loses a right while the store runs is refused, and served again once it is back", async () => {
    await setUser(...keysAndChannels, ...commands);
    const store = await useTestStore(redis, { connectionOptions });
    const ticket = await createTicketIn(store);
    await redis.command("ACL", "SETUSER", connectionOptions.username, "-get");
    await expect(store.get(ticket.id)).rejects.toMatchObject({ name: "StoreUnavailableError" });
    await redis.command("ACL", "SETUSER", connectionOptions.username, "+get");
    await eventually(async () => expect(await store.get(ticket.id)).toEqual(ticket));
  });
});
