import type { Logger } from "pino";
import type { Config } from "../../config/config.js";

/** Applies what was prepared. Must not throw: other components may have committed already. */
export type Commit = () => void;

/** Component that takes over another configuration while it runs. */
export interface Reloadable {
  /**
   * Prepares everything that can fail: reads files, creates what the configuration describes. Resolves with a function
   * that applies it. Until then, and if that function is never called, the component goes on as before. Files may have
   * changed while the configuration has not.
   *
   * @throws Error that says what is wrong, without any secret.
   */
  prepareReload(config: Config): Promise<Commit>;
}

/** Combines components into one. They commit only if all of them are prepared. */
export function combineReloadables(components: readonly Reloadable[]): Reloadable {
  return {
    async prepareReload(config) {
      const commits: Commit[] = [];
      for (const component of components) commits.push(await component.prepareReload(config));
      return () => {
        for (const commit of commits) commit();
      };
    },
  };
}

/** Returns the log as a component whose level can change. Loggers that were derived from it keep theirs. */
export function reloadableLogLevel(log: Pick<Logger, "level">): Reloadable {
  return {
    prepareReload: async (config) => () => {
      log.level = config.log.level;
    },
  };
}
