import type { Config } from "../../config/config.js";

/** What the parent tells a worker. */
export type ParentMessage =
  /** Serve by this configuration, as the worker of this number. */
  | { readonly kind: "start"; readonly number: number; readonly config: Config }
  /** Stop politely. The last worker goes on taking connections until it stops serving; the others leave them to each other. */
  | { readonly kind: "stop"; readonly isLast: boolean }
  /** Report that your event loop turns. */
  | { readonly kind: "ping" };

/** What a worker tells its parent. */
export type WorkerMessage =
  /** It can take the order to start. */
  | { readonly kind: "waiting" }
  /** It serves, where it says. */
  | { readonly kind: "ready"; readonly grpcAddress: string }
  /** The answer to a ping. */
  | { readonly kind: "pong" }
  /** It cannot serve, and ends. */
  | { readonly kind: "failed"; readonly message: string };
