import type { Config } from "../../config/config.js";
import type { Snapshot } from "../../metrics/registry.js";

/** Messages from the parent to a worker. */
export type ParentMessage =
  /** Starts the service with this configuration, as the worker with this number. */
  | { readonly kind: "start"; readonly number: number; readonly config: Config }
  /** Prepares a reload of this configuration, which the parent has checked. The worker responds with `prepared`. */
  | { readonly kind: "prepare"; readonly reload: number; readonly config: Config }
  /** Applies what was prepared for the reload with this number. */
  | { readonly kind: "commit"; readonly reload: number }
  /**
   * Stops the worker gracefully. The last worker accepts connections until its service stops; the others
   * leave new connections to the remaining workers at once.
   */
  | { readonly kind: "stop"; readonly isLast: boolean }
  /** Asks for the values of the worker's metrics. */
  | { readonly kind: "readMetrics" }
  /** Checks that the worker's event loop is not blocked. */
  | { readonly kind: "ping" };

/** Messages from a worker to its parent. */
export type WorkerMessage =
  /** The worker is ready to receive `start`. */
  | { readonly kind: "waiting" }
  /** The worker serves at `grpcAddress`. */
  | { readonly kind: "ready"; readonly grpcAddress: string }
  /** The response to `prepare`. With a problem, the worker goes on as before. */
  | { readonly kind: "prepared"; readonly reload: number; readonly problem: string | undefined }
  /** The response to a ping. */
  | { readonly kind: "pong" }
  /** The response to `readMetrics`; without snapshots if they cannot be read. */
  | { readonly kind: "metrics"; readonly snapshots: readonly Snapshot[] | undefined }
  /** The worker cannot serve and exits. */
  | { readonly kind: "failed"; readonly message: string };
