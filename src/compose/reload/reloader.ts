import type { Logger } from "pino";
import type { Clock } from "../../base/clock.js";
import type { Config } from "../../config/config.js";
import { ConfigError, formatProblems } from "../../config/config_error.js";
import type { ConfigReading } from "../../config/load_config.js";
import { planReload, type ReloadedProcess } from "../../config/reload/plan_reload.js";
import type { ReloadResult } from "../../metrics/reload_metrics.js";
import { createFileWatcher, type FileWatcherOptions } from "./file_watcher.js";
import type { Reloadable } from "./reloadable.js";

/** Callback for the result of a reload. */
export type OnReloadResult = (result: ReloadResult) => void;

type ReloadLog = Pick<Logger, "info" | "warn" | "error">;

/** Reloads the configuration of a process. */
export interface Reloader {
  /** Reloads now, or once the process has started. Requests that arrive during a reload cause one more. */
  request(): void;
  /**
   * Begins to serve requests. `running` is what the process has started. `onResult` is called after each reload.
   */
  start(running: Reloadable, log: ReloadLog, onResult?: OnReloadResult): void;
  /** Stops. A reload that has begun applies nothing anymore. */
  close(): void;
}

export interface ReloaderOptions {
  readonly process: ReloadedProcess;
  /** Configuration with which the process starts. */
  readonly config: Config;
  /** Files that this configuration was read from or names. */
  readonly files: readonly string[];
  /** Reads the configuration again. */
  read(): ConfigReading;
  readonly clock: Clock;
  /** Reads a file to see whether it has changed, as {@link FileWatcherOptions.readDigest}. */
  readonly readDigest?: FileWatcherOptions["readDigest"];
}

/** Number of attempts to read a configuration that names other files each time. */
const maxReadings = 3;

/**
 * Creates the reloader of a process. Create it as soon as the configuration has been read, so that no change and no
 * request during the start is missed.
 *
 * A reload applies all or nothing: the configuration is read again, everything that can fail is prepared, and only then
 * applied. A mistake is logged and changes nothing. Changes that need a restart are named in the log.
 */
export function createReloader(options: ReloaderOptions): Reloader {
  const { process, clock } = options;
  let config = options.config;
  /** Files of the running configuration. */
  let files = options.files;
  let target: { readonly running: Reloadable; readonly log: ReloadLog } | undefined;
  let onResult: OnReloadResult = () => {};
  let isRequested = false;
  let isClosed = false;
  let isReloading = false;
  const watcher = createFileWatcher({
    ...{ interval: config.reload.interval, clock, onChange: request, readDigest: options.readDigest },
    onHang: (file) =>
      target?.log.warn({ file }, "a file does not respond; nothing can be reloaded until it does"),
  });
  // A file that does not respond causes a reload once it does.
  const firstLook = watcher.acknowledge(files).catch(() => {});

  function request(): void {
    isRequested = true;
    if (target && !isReloading) void serveRequests(target);
  }

  async function serveRequests({ running, log }: NonNullable<typeof target>): Promise<void> {
    isReloading = true;
    await firstLook;
    while (isRequested && !isClosed) {
      isRequested = false;
      try {
        await reload(running, log);
        onResult("success");
      } catch (error) {
        log.error(failureFieldsOf(error), "the configuration cannot be used; everything stays as it was");
        onResult("failure");
      }
    }
    isReloading = false;
  }

  async function reload(running: Reloadable, log: ReloadLog): Promise<void> {
    const { read, changedFiles } = await readAgain();
    const plan = planReload(config, read, process);
    const commit = await running.prepareReload(plan.config);
    if (isClosed) return;
    commit();
    config = plan.config;
    log.info({ changes: plan.changes, files: changedFiles }, "configuration reloaded");
    const paths = plan.restartPaths;
    if (paths.length > 0) log.warn({ paths }, "these changes of the configuration need a restart");
  }

  /**
   * Reads the configuration after a look at its files, so that a later change of any of them causes another reload. If
   * the configuration names further files, looks at these and reads it again.
   *
   * @throws Error if a file does not respond. To read it would block the process.
   */
  async function readAgain(): Promise<{ read: Config; changedFiles: readonly string[] }> {
    const changed = new Set(await watcher.acknowledge(files));
    for (let readings = 1; ; readings += 1) {
      const reading = options.read();
      const watched = new Set(files);
      // A mistake may be mended in a file that only the wrong configuration names.
      files = "error" in reading ? [...new Set([...files, ...reading.files])] : reading.files;
      const isNew = reading.files.some((file) => !watched.has(file));
      if (isNew && readings < maxReadings) {
        for (const file of await watcher.acknowledge(files)) changed.add(file);
        continue;
      }
      if ("error" in reading) throw reading.error;
      return { read: reading.config, changedFiles: [...changed] };
    }
  }

  return {
    request,
    start(running, log, callback = () => {}) {
      target = { running, log };
      onResult = callback;
      if (isRequested) request();
    },
    close() {
      isClosed = true;
      watcher.close();
    },
  };
}

/** Returns the problems of the configuration. Any other error is a fault, which must not end a running process. */
function failureFieldsOf(error: unknown): object {
  if (!(error instanceof ConfigError)) return { err: error };
  return { problems: formatProblems(error).split("\n") };
}
