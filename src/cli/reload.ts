import type { Logger } from "pino";
import { systemClock } from "../base/clock.js";
import { combineReloadables, type Reloadable, reloadableLogLevel } from "../compose/reload/reloadable.js";
import { createReloader, type OnReloadResult } from "../compose/reload/reloader.js";
import type { Config } from "../config/config.js";
import { type ConfigSources, readConfig } from "../config/load_config.js";
import type { ReloadedProcess } from "../config/reload/plan_reload.js";

/** The part of its process that a reload uses. */
export interface ReloadEnvironment {
  /** Calls the callback on each SIGHUP from now on, which then no longer stops the process. */
  onReloadRequest(callback: () => void): void;
}

/** Running configuration, and where it came from. */
interface ReloadSources {
  readonly process: ReloadedProcess;
  readonly sources: ConfigSources;
  readonly config: Config;
  readonly files: readonly string[];
}

/** Reloading of a process. */
export interface Reloading {
  /** Begins to reload. A request during the start is served now. Each result is reported to `onResult`. */
  start(running: Reloadable, log: Logger, onResult: OnReloadResult | undefined): void;
  close(): void;
}

/**
 * Reloads the configuration on SIGHUP, and when one of its files changes. In development mode SIGHUP stops the process,
 * as it does when its terminal is closed, and nothing is reloaded. To be called in the turn that has read the
 * configuration: a SIGHUP before it stops the process.
 */
export function reloadOnRequest(
  { process, sources, config, files }: ReloadSources,
  environment: ReloadEnvironment,
): Reloading {
  if (config.development) return { start() {}, close() {} };
  const reloader = createReloader({
    ...{ process, config, files, clock: systemClock },
    // Without a preset, a configuration that has lost its identities is an error and not development mode.
    read: () => readConfig({ ...sources, developmentPreset: undefined }),
  });
  environment.onReloadRequest(reloader.request);
  return {
    start: (running, log, onResult) =>
      reloader.start(combineReloadables([running, reloadableLogLevel(log)]), log, onResult),
    close: reloader.close,
  };
}
