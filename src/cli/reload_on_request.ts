import type { Logger } from "pino";
import { createPolicyReloader } from "../compose/policies.js";
import type { RunningServers } from "../compose/serve.js";
import type { Config } from "../config/config.js";
import { type ConfigSources, loadConfig, namesConfigFile } from "../config/load_config.js";

/** The part of its process that a reload uses. */
export interface ReloadEnvironment {
  /** Calls the callback on each SIGHUP from now on, which then no longer stops the process. */
  onReloadRequest(callback: () => void): void;
}

interface ReloadContext {
  readonly config: Config;
  /** Resolves once the servers run; with undefined if they were stopped before that. */
  readonly started: Promise<Pick<RunningServers, "applyPolicies"> | undefined>;
  readonly log: Logger;
  readonly environment: ReloadEnvironment;
}

/** Reloads the policy on SIGHUP. A request during the start is served after it. */
export function reloadOnRequest(
  sources: Pick<ConfigSources, "file" | "env">,
  { config, started, log, environment }: ReloadContext,
): void {
  if (!namesConfigFile(sources)) {
    environment.onReloadRequest(() =>
      log.info("there is no configuration file, so there is nothing to reload"),
    );
    return;
  }
  const reload = createPolicyReloader({ config, log, load: () => loadConfig(sources) });
  environment.onReloadRequest(() => {
    // `runServe` reports the failure of a start.
    const running = started.catch(() => undefined);
    void running.then((servers) => servers && reload(servers.applyPolicies));
  });
}
