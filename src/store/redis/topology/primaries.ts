import { backoffDelay } from "../../../base/backoff.js";
import type { Clock } from "../../../base/clock.js";
import { StoreUnavailableError } from "../../ticket_store.js";
import { RedirectError } from "../connection/redis_errors.js";
import { NotPrimaryError, openPrimary, type Primary, type PrimaryOptions } from "./primary.js";
import type { Layout, Topology } from "./topology.js";

/** How often each primary has to show that it can write, in milliseconds: how late a failure is noticed when nobody calls. */
const heartbeatInterval = 1_000;
/** How often Sentinels or a Cluster are asked again where the primaries are. */
const locateInterval = 5_000;
/** The pauses between tries to reach a primary that is away. Random by half, so that nodes do not come back all at once. */
const retryCurve = { initialMs: 50, maxMs: 1_000, jitter: 0.5 };
/**
 * A primary that went down sooner than this after it was opened, in milliseconds, does not shorten the pauses. Some accept
 * connections and the first write, and then refuse each read or cut everybody off.
 */
const stableAfter = 10_000;

export interface PrimariesOptions extends PrimaryOptions {
  readonly topology: Topology;
  readonly clock: Clock;
}

/** A primary can be reached, or no longer can; or subscriptions may have to be made elsewhere, for slots or connections are others. */
export type TopologyChange =
  | { readonly kind: "connected" }
  | { readonly kind: "disconnected"; readonly reason: string }
  | { readonly kind: "moved" };

/** The primaries of a deployment, and what keeps them reachable. */
export interface Primaries {
  /**
   * The primary on which everything with the hash tag lies.
   *
   * @throws StoreUnavailableError while that is away.
   */
  primaryOf(tag: string): Primary;
  /** Those that can be reached. */
  all(): readonly Primary[];
  /** Whether one cannot, or nobody can tell where they are. */
  hasMissing(): boolean;
  layout(): Layout;
  /** Finds out again where the primaries are, and opens those that are not. Rejects with an Error if one cannot be reached. */
  refresh(): Promise<void>;
  onChange(onChange: (change: TopologyChange) => void): void;
  close(): void;
}

/**
 * Finds and opens all primaries.
 *
 * @throws Error if one of them cannot be reached.
 */
export async function openPrimaries(options: PrimariesOptions): Promise<Primaries> {
  const { topology, clock } = options;
  const open = new Map<string, Primary>();
  const hashTags = new Map<string, string>();
  let layout = await topology.locate();
  let notify: (change: TopologyChange) => void = () => {};
  let isClosed = false;
  let isLayoutUnknown = false;
  let refreshing: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let failures = 0;
  let shortLivedCount = 0;
  let locatedAt = clock.now();

  async function openAndTrack(address: string): Promise<void> {
    const primary = await openPrimaryAt(address);
    if (isClosed || !layout.primaries.includes(address)) return primary.close();
    open.set(address, primary);
    const openedAt = performance.now();
    primary.onSubscriptionsReplaced(() => notify({ kind: "moved" }));
    primary.onDown((reason) => {
      if (open.get(address) !== primary) return;
      open.delete(address);
      if (isClosed) return;
      notify({ kind: "disconnected", reason: `${address}: ${reason}` });
      shortLivedCount = performance.now() - openedAt < stableAfter ? shortLivedCount + 1 : 0;
      // The first time at once: most often another server has taken over.
      schedule(shortLivedCount < 2 ? 0 : backoffDelay(shortLivedCount - 2, retryCurve));
    });
  }

  /** Found anew whenever slots may have moved. */
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

  /** Sees to everything after `ms` milliseconds, and from then on again and again. */
  function schedule(ms: number): void {
    if (isClosed) return;
    cancelTimer?.();
    cancelTimer = clock.after(ms, () => void maintain().then(schedule));
  }

  /** The answer is when to do it again. What fails here is seen in what is open and is told by that; it is tried again. */
  async function maintain(): Promise<number> {
    await Promise.allSettled([...open.values()].map((primary) => primary.heartbeat()));
    const isDue = clock.now() - locatedAt >= locateInterval && topology.kind !== "single";
    if (!isClosed && (hasMissing() || isDue)) await refresh().catch(() => {});
    failures = hasMissing() ? failures + 1 : 0;
    return failures === 0 ? heartbeatInterval : backoffDelay(failures - 1, retryCurve);
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
      if (!primary) throw new StoreUnavailableError("Redis is away");
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

/** Any tag whose keys lie on the primary. */
function hashTagOn(address: string, layout: Layout): string {
  for (let number = 0; number < 100_000; number++) {
    if (layout.primaryOf(String(number)) === address) return String(number);
  }
  throw new Error(`${address} has no slot of the Cluster`);
}

/** What a failure to open a server means to whoever set it up. */
function describeOpenError(error: unknown, { topology: { kind }, keys }: PrimariesOptions): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.startsWith("NOAUTH")) return "asks for a password: set store.redis.password";
  if (text.startsWith("WRONGPASS")) return `refuses the user name or the password: ${text}`;
  if (text.startsWith("NOPERM")) {
    return `does not let us do what is needed, with keys such as ${keys.barrierKey("0")}: ${text}`;
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
