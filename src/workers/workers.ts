import type { Logger } from "pino";
import type { App } from "../app.js";
import { keysInPlace } from "../auth/signing_keys.js";
import type { Config } from "../config/config.js";
import { systemClock } from "../domain/clock.js";
import { workerKillTimeout } from "../stop_timeouts.js";
import { createSlot } from "./slot.js";
import { forkWorker, prepareWorkers, type WorkerProcess } from "./worker_process.js";

export interface WorkersOptions {
  /** As read by this process: every worker gets this one, whatever becomes of the file. */
  readonly config: Config;
  /** How many. */
  readonly count: number;
  readonly log: Logger;
  /** Has something done when this process ends, however it comes to that. */
  atExit(callback: () => void): void;
}

/**
 * Serves by several processes behind one port: connections are dealt out to them in turn. A worker that dies is replaced.
 *
 * The stop is one worker after the other, so that what one lets go of finds another.
 *
 * @throws Error when the store cannot be shared or a worker cannot serve; none is left running then.
 */
export async function startWorkers({ config, count, log, atExit }: WorkersOptions): Promise<App> {
  if (config.store.kind !== "redis") {
    throw new Error(
      "--workers needs the Redis store, since processes share no memory: set store.kind to redis (QRLOGIN_STORE_KIND)",
    );
  }
  prepareWorkers();
  const { grpc, tokenIssuer } = config;
  // All sign with the same keys. What the gateway may know is none of their business.
  const shared: Config = {
    ...config,
    gateway: undefined,
    tokenIssuer: tokenIssuer && { ...tokenIssuer, keys: keysInPlace(tokenIssuer.keys) },
  };
  let { address } = grpc;
  let bound: string | undefined;

  function fork(number: number): WorkerProcess {
    const worker = forkWorker(number, { ...shared, grpc: { ...grpc, address } });
    const ready = worker.ready.then((grpcAddress) => {
      bound ??= grpcAddress;
      if (grpcAddress === bound) return grpcAddress;
      // Port 0 stands for the same port as long as somebody has it. All were dead at once: from now on it has its number.
      address = bound;
      throw new Error(`it listens on ${grpcAddress} and not on ${bound}`);
    });
    return { ...worker, ready };
  }

  // Replacements start one at a time, so that many deaths at once make no storm, and to know who has the port.
  let turns = Promise.resolve();
  const inTurn = (task: () => Promise<void>) => {
    turns = turns.then(task);
  };
  const stopDeadline = workerKillTimeout(grpc);
  const slots = Array.from({ length: count }, (_, index) =>
    createSlot({ number: index + 1, fork, inTurn, stopDeadline, log, clock: systemClock }),
  );
  const killAll = () => Promise.all(slots.map((slot) => slot.kill()));
  atExit(() => void killAll());
  // Between two workers nothing else would keep this process alive.
  const awake = setInterval(() => {}, 60_000);

  async function stop(): Promise<void> {
    for (const [index, slot] of slots.entries()) await slot.stop(index === count - 1);
    clearInterval(awake);
  }

  try {
    // One goes first: whatever makes it fail would make all fail, and is to be said once.
    const [first, ...others] = slots;
    const grpcAddress = (await first?.start()) ?? "";
    await Promise.all(others.map((slot) => slot.start()));
    let stopped: Promise<void> | undefined;
    return {
      grpcAddress,
      stop() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await killAll();
    clearInterval(awake);
    throw error;
  }
}
