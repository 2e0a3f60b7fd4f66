import type { Clock } from "../../base/clock.js";
import {
  type DisabledSignIns,
  type SignInTarget,
  sortDisabledSignIns,
} from "../../domain/disabled_sign_ins.js";
import type { SignInSwitch } from "../sign_in_switch.js";
import { StoreUnavailableError } from "../ticket_store.js";
import type { RedisCommand } from "./connection/command_executor.js";
import { decodeDisabled, enabledValue, encodeDisabled, fieldOf } from "./disabled_codec.js";

/** Pause between two reads, in milliseconds. */
const readInterval = 1_000;

/** Age from which the last successful read is no longer used, in milliseconds. */
const maxAge = 5_000;

export interface SignInSwitchOptions {
  /** Key of the hash. It is its own hash tag. */
  readonly key: string;
  /** Runs a command. Rejects with a StoreUnavailableError, or with an Error for a fault. */
  run(command: RedisCommand): Promise<unknown>;
  /** Steady clock of this machine. */
  readonly clock: Clock;
}

/** Records and enabled targets, by the field of the hash. */
type Entries = ReadonlyMap<string, DisabledSignIns | "enabled">;

/**
 * A switch in a hash of Redis, which reads itself again until it is stopped.
 *
 * A target that is enabled again keeps its field. So a record that is missing was lost, for instance because a Redis
 * without persistence has restarted. A node that knows it keeps sign-ins disabled, and writes it again.
 */
export interface RedisSignInSwitch extends SignInSwitch {
  /** Reads without waiting for the next second. To be called when Redis is reachable again. */
  readNow(): void;
  stop(): void;
}

/**
 * Opens the switch: reads the hash once, and then every second.
 *
 * @throws the error of the first read.
 */
export async function openSignInSwitch({ key, run, clock }: SignInSwitchOptions): Promise<RedisSignInSwitch> {
  let entries: Entries = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let lastFailure: unknown;
  /** Numbers of reads and writes: of the last one, and of the one whose result `entries` has. */
  let lastNumber = 0;
  let currentNumber = 0;
  let isReading = false;
  let isStopped = false;
  let cancelRead = () => {};

  async function read(): Promise<void> {
    const number = ++lastNumber;
    // The age counts from the beginning of the read: a late reply says nothing about the time since.
    const startedAt = clock.now();
    const found = toEntries(await run({ args: ["HGETALL", key], hashTag: key, writes: false }));
    // A read that began before a later read or write of this node has ended may lack its result.
    if (number <= currentNumber) return;
    currentNumber = number;
    readAt = startedAt;
    lastFailure = undefined;
    const lost = recordsOf(entries).filter(({ target }) => !found.has(fieldOf(target)));
    entries = new Map([...found, ...lost.map((record) => [fieldOf(record.target), record] as const)]);
    for (const record of lost) {
      // Not over a field that another node, or an administrator, has written meanwhile.
      const args = ["HSETNX", key, fieldOf(record.target), encodeDisabled(record)];
      await run({ args, hashTag: key, writes: true });
    }
  }

  async function write(
    target: SignInTarget,
    value: string,
    entry: DisabledSignIns | "enabled",
  ): Promise<void> {
    const field = fieldOf(target);
    await run({ args: ["HSET", key, field, value], hashTag: key, writes: true });
    currentNumber = ++lastNumber;
    entries = new Map([...entries, [field, entry]]);
  }

  const isDisabled = (target: SignInTarget) => typeof entries.get(fieldOf(target)) === "object";

  function readNow(): void {
    if (isReading || isStopped) return;
    cancelRead();
    isReading = true;
    void read()
      .catch((error: unknown) => {
        lastFailure = error;
      })
      .then(() => {
        isReading = false;
        scheduleRead();
      });
  }

  function scheduleRead(): void {
    if (!isStopped) cancelRead = clock.after(readInterval, readNow);
  }

  await read();
  scheduleRead();

  return {
    isDisabled(appId, userPoolId) {
      if (isStopped) throw new StoreUnavailableError("the store is closed");
      if (clock.now() - readAt >= maxAge) {
        const text = `the disabled sign-ins have not been read for ${maxAge / 1_000} seconds`;
        throw new StoreUnavailableError(text, "not written", { cause: lastFailure });
      }
      if (entries.size === 0) return false;
      return isDisabled({ kind: "app", id: appId }) || isDisabled({ kind: "userPool", id: userPoolId });
    },
    disable: (record) => write(record.target, encodeDisabled(record), record),
    async enable(target) {
      await read();
      if (!isDisabled(target)) return false;
      await write(target, enabledValue, "enabled");
      return true;
    },
    async list() {
      await read();
      return sortDisabledSignIns(recordsOf(entries));
    },
    readNow,
    stop() {
      isStopped = true;
      cancelRead();
    },
  };
}

function recordsOf(entries: Entries): readonly DisabledSignIns[] {
  return [...entries.values()].filter((entry) => entry !== "enabled");
}

/** Returns the entries of a reply to HGETALL. */
function toEntries(reply: unknown): Entries {
  const entries = new Map<string, DisabledSignIns | "enabled">();
  if (!Array.isArray(reply)) throw new Error("Redis replied to HGETALL with something else than a list");
  for (let index = 0; index + 1 < reply.length; index += 2) {
    const field = String(reply[index]);
    const entry = decodeDisabled(field, String(reply[index + 1]));
    if (entry) entries.set(field, entry);
  }
  return entries;
}
