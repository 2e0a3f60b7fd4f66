import type { Logger } from "pino";
import { resolveGeneratedKeys } from "../../auth/signing/signing_keys.js";
import { systemClock } from "../../base/clock.js";
import type { Config } from "../../config/config.js";
import type { Service } from "../service.js";
import { workerKillTimeout } from "../stop_timeouts.js";
import { createSupervisedWorker } from "./supervised_worker.js";
import { forkWorker, prepareWorkers, type WorkerProcess } from "./worker_process.js";

export interface WorkersOptions {
  /** As read by this process: every worker gets this one, whatever becomes of the file. */
  readonly config: Config;
  /** How many. */
  readonly count: number;
  readonly log: Logger;
  /** Has something done when this process ends, however it comes to that. */
  onExit(callback: () => void): void;
}

/**
 * Serves by several processes behind one port: connections are dealt out to them in turn. A worker that dies is replaced.
 *
 * The stop is one worker after the other, so that what one lets go of finds another.
 *
 * @throws Error when the store cannot be shared or a worker cannot serve; none is left running then.
 */
export async function startWorkers({ config, count, log, onExit }: WorkersOptions): Promise<Service> {
  if (config.store.kind !== "redis") {
    throw new Error(
      "--workers needs the Redis store, since processes share no memory: set store.kind to redis (QRLOGIN_STORE_KIND)",
    );
  }
  prepareWorkers();
  const { grpc, tokenIssuer } = config;
  // All sign with the same keys. What the gateway may know is none of their business.
  const workerConfig: Config = {
    ...config,
    gateway: undefined,
    tokenIssuer: tokenIssuer && { ...tokenIssuer, keys: resolveGeneratedKeys(tokenIssuer.keys) },
  };
  let { address } = grpc;
  let boundAddress: string | undefined;

  function fork(number: number): WorkerProcess {
    const worker = forkWorker(number, { ...workerConfig, grpc: { ...grpc, address } });
    const ready = worker.ready.then((grpcAddress) => {
      boundAddress ??= grpcAddress;
      if (grpcAddress === boundAddress) return grpcAddress;
      // Port 0 stands for the same port as long as somebody has it. All were dead at once: from now on it has its number.
      address = boundAddress;
      throw new Error(`it listens on ${grpcAddress} and not on ${boundAddress}`);
    });
    return { ...worker, ready };
  }

  // Replacements start one at a time, so that many deaths at once make no storm, and to know who has the port.
  let queue = Promise.resolve();
  const enqueue = (task: () => Promise<void>) => {
    queue = queue.then(task);
  };
  const stopDeadline = workerKillTimeout(grpc);
  const workers = Array.from({ length: count }, (_, index) =>
    createSupervisedWorker({ number: index + 1, fork, enqueue, stopDeadline, log, clock: systemClock }),
  );
  const killAll = () => Promise.all(workers.map((worker) => worker.kill()));
  onExit(() => void killAll());
  // Between two workers nothing else would keep this process alive.
  const keepAlive = setInterval(() => {}, 60_000);

  async function stop(): Promise<void> {
    for (const [index, worker] of workers.entries()) await worker.stop(index === count - 1);
    clearInterval(keepAlive);
  }

  try {
    // One goes first: whatever makes it fail would make all fail, and is to be said once.
    const [first, ...others] = workers;
    const grpcAddress = (await first?.start()) ?? "";
    await Promise.all(others.map((worker) => worker.start()));
    let stopPromise: Promise<void> | undefined;
    return {
      grpcAddress,
      stop() {
        stopPromise ??= stop();
        return stopPromise;
      },
    };
  } catch (error) {
    await killAll();
    clearInterval(keepAlive);
    throw error;
  }
}
