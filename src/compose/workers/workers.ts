import type { Logger } from "pino";
import { resolveGeneratedKeys } from "../../auth/signing/signing_keys.js";
import { systemClock } from "../../base/clock.js";
import type { Config } from "../../config/config.js";
import type { Service } from "../service.js";
import { workerKillTimeout } from "../stop_timeouts.js";
import { createSupervisedWorker } from "./supervised_worker.js";
import { createWorkersMetrics } from "./worker_metrics.js";
import { forkWorker, prepareWorkers, type WorkerProcess } from "./worker_process.js";

export interface WorkersOptions {
  /** Configuration as read by this process. Every worker gets it, even if the file changes. */
  readonly config: Config;
  /** Number of workers. */
  readonly count: number;
  readonly log: Logger;
  /** Registers a callback that runs when this process ends for whatever reason. */
  onExit(callback: () => void): void;
}

/**
 * Starts several worker processes behind one port. Connections are distributed to them in turn, and a worker
 * that crashes is restarted.
 *
 * A stop ends one worker after the other, so that clients of a stopped worker can reconnect to another.
 *
 * @throws Error when the store cannot be shared or a worker cannot serve. None is left running then.
 */
export async function startWorkers({ config, count, log, onExit }: WorkersOptions): Promise<Service> {
  if (config.store.kind !== "redis") {
    throw new Error("--workers requires the Redis store: set store.kind to redis (QRLOGIN_STORE_KIND)");
  }
  prepareWorkers();
  const { grpc } = config;
  let workerConfig = workerConfigOf(config, grpc.address);
  let boundAddress: string | undefined;
  const metrics = createWorkersMetrics(systemClock);

  function fork(number: number): WorkerProcess {
    const worker = forkWorker(number, () => workerConfig);
    metrics.add(worker);
    const ready = worker.ready.then((grpcAddress) => {
      boundAddress ??= grpcAddress;
      if (grpcAddress === boundAddress) return grpcAddress;
      // With port 0, all workers share one port while at least one is alive. Here all had died, so the next
      // ones get the number of the first port.
      workerConfig = workerConfigOf(workerConfig, boundAddress);
      throw new Error(`the worker listens on ${grpcAddress} instead of ${boundAddress}`);
    });
    return { ...worker, ready };
  }

  // Restarts run one at a time, so that several crashes cause no burst of starts and it is certain which
  // worker has bound the port.
  let queue = Promise.resolve();
  const enqueue = (task: () => Promise<void>) => {
    queue = queue.then(task);
  };
  const stopDeadline = workerKillTimeout(grpc);
  const workers = Array.from({ length: count }, (_, index) =>
    createSupervisedWorker({
      ...{ number: index + 1, fork, runningConfig: () => workerConfig },
      ...{ enqueue, stopDeadline, log, clock: systemClock },
    }),
  );
  const killAll = () => Promise.all(workers.map((worker) => worker.kill()));
  onExit(() => void killAll());
  // While no worker runs, nothing else keeps this process alive.
  const keepAlive = setInterval(() => {}, 60_000);

  async function stop(): Promise<void> {
    for (const [index, worker] of workers.entries()) await worker.stop(index === count - 1);
    clearInterval(keepAlive);
  }

  try {
    // One worker starts first. An error that affects all workers is then reported once.
    const [first, ...others] = workers;
    const grpcAddress = (await first?.start()) ?? "";
    await Promise.all(others.map((worker) => worker.start()));
    let stopPromise: Promise<void> | undefined;
    return {
      grpcAddress,
      readMetrics: metrics.readMetrics,
      async prepareReload(next) {
        const nextConfig = workerConfigOf(next, workerConfig.grpc.address);
        const commits = await Promise.all(workers.map((worker) => worker.prepareReload(nextConfig)));
        return () => {
          workerConfig = nextConfig;
          for (const commit of commits) commit();
        };
      },
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

/**
 * Returns the configuration of a worker. All workers listen on the same address and sign with the same keys. The
 * gateway's secrets are not passed on to them.
 */
function workerConfigOf(config: Config, address: string): Config {
  const { grpc, tokenIssuer } = config;
  return {
    ...config,
    gateway: undefined,
    grpc: { ...grpc, address },
    tokenIssuer: tokenIssuer && { ...tokenIssuer, keys: resolveGeneratedKeys(tokenIssuer.keys) },
  };
}
