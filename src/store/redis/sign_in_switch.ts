import type { Clock } from "../../base/clock.js";
import { type DisabledSignIns, sortDisabledSignIns } from "../../domain/disabled_sign_ins.js";
import type { SignInSwitch } from "../sign_in_switch.js";
import { StoreUnavailableError } from "../ticket_store.js";
import type { RedisCommand } from "./connection/command_executor.js";
import { decodeDisabled, encodeDisabled, fieldOf } from "./disabled_codec.js";

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

/** A switch in a hash of Redis, which reads itself again until it is stopped. */
export interface RedisSignInSwitch extends SignInSwitch {
  stop(): void;
}

/**
 * Opens the switch: reads the hash once, and then every second.
 *
 * @throws the error of the first read.
 */
export async function openSignInSwitch({ key, run, clock }: SignInSwitchOptions): Promise<RedisSignInSwitch> {
  let records: ReadonlyMap<string, DisabledSignIns> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let lastFailure: unknown;
  /** Numbers of reads and writes: of the last one, and of the one whose result `records` has. */
  let lastNumber = 0;
  let currentNumber = 0;
  let isStopped = false;
  let cancelRead = () => {};

  async function read(): Promise<ReadonlyMap<string, DisabledSignIns>> {
    const number = ++lastNumber;
    // The age counts from the beginning of the read: a late reply says nothing about the time since.
    const startedAt = clock.now();
    const found = toRecords(await run({ args: ["HGETALL", key], hashTag: key, writes: false }));
    // A read that began before a later read or write of this node has ended may lack its result.
    if (number > currentNumber) {
      currentNumber = number;
      records = found;
      readAt = startedAt;
      lastFailure = undefined;
    }
    return found;
  }

  async function write(args: RedisCommand["args"], change: (next: Map<string, DisabledSignIns>) => void) {
    const reply = await run({ args, hashTag: key, writes: true });
    currentNumber = ++lastNumber;
    const next = new Map(records);
    change(next);
    records = next;
    return reply;
  }

  function scheduleRead(): void {
    if (isStopped) return;
    cancelRead = clock.after(readInterval, () => {
      void read()
        .catch((error: unknown) => {
          lastFailure = error;
        })
        .then(scheduleRead);
    });
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
      if (records.size === 0) return false;
      return (
        records.has(fieldOf({ kind: "app", id: appId })) ||
        records.has(fieldOf({ kind: "userPool", id: userPoolId }))
      );
    },
    async disable(record) {
      const field = fieldOf(record.target);
      await write(["HSET", key, field, encodeDisabled(record)], (next) => void next.set(field, record));
    },
    async enable(target) {
      const field = fieldOf(target);
      return (await write(["HDEL", key, field], (next) => void next.delete(field))) === 1;
    },
    list: async () => sortDisabledSignIns((await read()).values()),
    stop() {
      isStopped = true;
      cancelRead();
    },
  };
}

/** Returns the records of a reply to HGETALL, by field. */
function toRecords(reply: unknown): ReadonlyMap<string, DisabledSignIns> {
  const records = new Map<string, DisabledSignIns>();
  if (!Array.isArray(reply)) throw new Error("Redis replied to HGETALL with something else than a list");
  for (let index = 0; index + 1 < reply.length; index += 2) {
    const field = String(reply[index]);
    const record = decodeDisabled(field, String(reply[index + 1]));
    if (record) records.set(field, record);
  }
  return records;
}
