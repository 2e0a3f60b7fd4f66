import { backoffDelay } from "../../../base/backoff.js";
import type { Clock } from "../../../base/clock.js";
import { StoreUnavailableError } from "../../ticket_store.js";
import { missingRightOf, RedirectError, withMissingRight } from "../connection/redis_errors.js";
import { NotPrimaryError, openPrimary, type Primary, type PrimaryOptions } from "./primary.js";
import type { Layout, Topology } from "./topology.js";

/** Interval in milliseconds at which each primary must prove that it can write, so that failures show without calls. */
const heartbeatInterval = 1_000;
/** Interval in milliseconds at which Sentinels or a Cluster are asked for the primaries. */
const locateInterval = 5_000;
/**
 * The pauses between tries to reach a primary that is away. Random by half, so that nodes do not come back
 * all at once.
 */
const retryCurve = { initialMs: 50, maxMs: 1_000, jitter: 0.5 };
/**
 * Uptime in milliseconds below which a primary that goes down does not shorten the pauses. Some servers accept
 * connections and the first write, and then refuse every read or disconnect every client.
 */
const stableAfter = 10_000;

export interface PrimariesOptions extends PrimaryOptions {
  /**
   * Tries everything that the store needs of a primary. It is called for a primary that has denied a command, before it
   * is used again: connecting takes fewer rights than sign-ins do.
   *
   * @throws Error that names what is denied.
   */
  verifyRights(primary: Primary): Promise<void>;
  readonly topology: Topology;
  readonly clock: Clock;
}

/**
 * A change of the primaries: one has become reachable or unreachable, or slots or connections have moved, so that
 * subscriptions may have to be made elsewhere.
 */
export type TopologyChange =
  | { readonly kind: "connected" }
  | { readonly kind: "disconnected"; readonly reason: string }
  | { readonly kind: "moved" }
  /** Another attempt to reach a primary has failed, for another reason than the one before. */
  | { readonly kind: "reconnect failed"; readonly reason: string };

/** The primaries of a deployment, which are reopened when they fail. */
export interface Primaries {
  /**
   * Returns the primary that holds the keys with the hash tag.
   *
   * @throws StoreUnavailableError while that primary is unreachable.
   */
  primaryOf(tag: string): Primary;
  /** Returns the primaries that are reachable. */
  all(): readonly Primary[];
  /** Reports whether a primary is unreachable, or their addresses are unknown. */
  hasMissing(): boolean;
  layout(): Layout;
  /** Locates the primaries and opens those that are not open. Rejects with an Error if one is unreachable. */
  refresh(): Promise<void>;
  onChange(onChange: (change: TopologyChange) => void): void;
  close(): void;
}

/**
 * Locates and opens all primaries.
 *
 * @throws Error if one is unreachable.
 */
export async function openPrimaries(options: PrimariesOptions): Promise<Primaries> {
  const { topology, clock } = options;
  const open = new Map<string, Primary>();
  const hashTags = new Map<string, string>();
  /** Addresses of the servers that have denied a command and were not verified since. */
  const denying = new Set<string>();
  let layout = await topology.locate();
  let notify: (change: TopologyChange) => void = () => {};
  let isClosed = false;
  let isLayoutUnknown = false;
  let refreshing: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let failures = 0;
  let lastFailure: string | undefined;
  let shortLivedCount = 0;
  let locatedAt = clock.now();

  async function openAndTrack(address: string): Promise<void> {
    const primary = await openPrimaryAt(address);
    if (denying.has(address)) await verifyRights(primary);
    if (isClosed || !layout.primaries.includes(address)) return primary.close();
    open.set(address, primary);
    const openedAt = performance.now();
    primary.onSubscriptionsReplaced(() => notify({ kind: "moved" }));
    primary.onDown((reason) => {
      if (open.get(address) !== primary) return;
      open.delete(address);
      if (isClosed) return;
      const missingRight = missingRightOf(reason);
      if (missingRight !== undefined) {
        denying.add(address);
        lastFailure = missingRight;
      }
      notify({ kind: "disconnected", reason: `${address}: ${withMissingRight(reason)}` });
      shortLivedCount = performance.now() - openedAt < stableAfter ? shortLivedCount + 1 : 0;
      // The first attempt is immediate: usually another server has already taken over.
      schedule(shortLivedCount < 2 ? 0 : backoffDelay(shortLivedCount - 2, retryCurve));
    });
  }

  /** Returns a hash tag of the server, recomputed when slots may have moved. */
  function hashTagOf(address: string): string {
    const known = hashTags.get(address);
    if (known !== undefined && layout.primaryOf(known) === address) return known;
    const tag = hashTagOn(address, layout);
    hashTags.set(address, tag);
    return tag;
  }

  async function openPrimaryAt(address: string): Promise<Primary> {
    try {
      return await openPrimary(address, () => hashTagOf(address), options);
    } catch (error) {
      throw new Error(`Redis at ${address} ${describeOpenError(error, options)}`, { cause: error });
    }
  }

  async function verifyRights(primary: Primary): Promise<void> {
    try {
      await options.verifyRights(primary);
      denying.delete(primary.address);
    } catch (error) {
      primary.close();
      throw error;
    }
  }

  async function openMissing(): Promise<void> {
    if (isClosed) return;
    const missing = layout.primaries.filter((address) => !open.has(address));
    if (missing.length === 0) return;
    const attempts = await Promise.allSettled(missing.map(openAndTrack));
    if (attempts.some(({ status }) => status === "fulfilled") && !isClosed) notify({ kind: "connected" });
    const failed = attempts.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
  }

  async function locate(): Promise<void> {
    try {
      layout = await topology.locate();
      isLayoutUnknown = false;
    } catch (error) {
      isLayoutUnknown = true;
      throw error;
    }
    locatedAt = clock.now();
    for (const [address, primary] of open) {
      if (!layout.primaries.includes(address)) primary.close();
    }
    if (topology.kind === "cluster" && !isClosed) notify({ kind: "moved" });
  }

  function refresh(): Promise<void> {
    refreshing ??= locate()
      .then(openMissing)
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  }

  /** Starts the maintenance in `ms` milliseconds, and repeats it from then on. */
  function schedule(ms: number): void {
    if (isClosed) return;
    cancelTimer?.();
    cancelTimer = clock.after(ms, () => void maintain().then(schedule));
  }

  /** Resolves with the pause before the next run. The open primaries report failures, and the next run tries again. */
  async function maintain(): Promise<number> {
    await Promise.allSettled([...open.values()].map((primary) => primary.heartbeat()));
    const isDue = clock.now() - locatedAt >= locateInterval && topology.kind !== "single";
    if (!isClosed && (hasMissing() || isDue)) await refresh().then(forgetFailure, reportFailure);
    failures = hasMissing() ? failures + 1 : 0;
    return failures === 0 ? heartbeatInterval : backoffDelay(failures - 1, retryCurve);
  }

  function forgetFailure(): void {
    lastFailure = undefined;
  }

  function reportFailure(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    // A missing right is named once, whichever command lacks it.
    const failure = missingRightOf(reason) ?? reason;
    if (isClosed || failure === lastFailure) return;
    lastFailure = failure;
    notify({ kind: "reconnect failed", reason });
  }

  function hasMissing(): boolean {
    return isLayoutUnknown || layout.primaries.some((address) => !open.has(address));
  }

  function close(): void {
    isClosed = true;
    cancelTimer?.();
    for (const primary of open.values()) primary.close();
    open.clear();
  }

  try {
    await openMissing();
  } catch (error) {
    close();
    throw error;
  }
  schedule(heartbeatInterval);

  return {
    primaryOf(tag) {
      const address = layout.primaryOf(tag);
      const primary = address === undefined ? undefined : open.get(address);
      if (!primary) throw new StoreUnavailableError("Redis is unreachable");
      return primary;
    },
    all: () => [...open.values()],
    hasMissing,
    layout: () => layout,
    refresh,
    onChange(onChange) {
      notify = onChange;
    },
    close,
  };
}

/** A hash tag whose keys are on this primary. */
function hashTagOn(address: string, layout: Layout): string {
  for (let number = 0; number < 100_000; number++) {
    if (layout.primaryOf(String(number)) === address) return String(number);
  }
  throw new Error(`${address} has no slot of the Cluster`);
}

/** Returns the reason why a server could not be opened, with the setting to change if there is one. */
function describeOpenError(error: unknown, { topology: { kind }, keys }: PrimariesOptions): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.startsWith("NOAUTH")) return "asks for a password: set store.redis.password";
  if (text.startsWith("WRONGPASS")) return `refuses the user name or the password: ${text}`;
  if (text.startsWith("NOPERM")) {
    return `does not permit a required command on keys such as ${keys.barrierKey("0")}: ${withMissingRight(text)}`;
  }
  if (error instanceof NotPrimaryError) return text;
  if (/WAITAOF/i.test(text)) {
    return `cannot be used with store.redis.replicaFsync, which needs Redis 7.2 or later and appendonly yes: ${text}`;
  }
  if (kind !== "cluster" && (error instanceof RedirectError || text.startsWith("CLUSTERDOWN"))) {
    return "is a node of a Redis Cluster: name it under store.redis.cluster";
  }
  return `cannot be used: ${text}`;
}
