import type { CodeStep, GatewayError, PageStatus } from "../api_results.js";
import type { CheckCodeView } from "./effects.js";
import { type Context, lifecycle, type Source, type Sources, type Step } from "./step.js";

/** Watch of a ticket: by server-sent events where they work, and by polling otherwise. */
export interface Watching {
  readonly kind: "watching";
  readonly handle: string;
  /** Pause between two polls, in milliseconds. */
  readonly intervalMs: number;
  readonly isScanned: boolean;
  /** Latest step of a code that changes; undefined before the first one. */
  readonly step: CodeStep | undefined;
  /** Entry of the check code; undefined unless the ticket waits for one. */
  readonly entry?: CheckCodeEntry | undefined;
  /** Revision, state and step of the latest status. A status that repeats them is not reported again. */
  readonly statusKey: string;
  /** Number of polls that failed in a row. The gateway counts as unreachable while it is not 0. */
  readonly failures: number;
  /** Number of streams in a row that brought no status or ended early although polls succeed. */
  readonly emptyStreams: number;
  /** Time before which too many empty streams rule out another one. */
  readonly streamRetryAt: number;
  readonly connection: Connection;
  readonly sources: Sources;
}

/** Entry of a check code by the user. */
export interface CheckCodeEntry {
  readonly view: CheckCodeView;
  /** Request that submits the code; undefined while the user types. */
  readonly submission?: Source | undefined;
}

type Connection =
  | {
      readonly kind: "stream";
      readonly source: Source;
      readonly openedAt: number;
      readonly hasStatus: boolean;
    }
  /**
   * The stream was lost. EventSource does not report why it failed: after a pause, a poll shows if the ticket is gone
   * or the network is down.
   */
  | { readonly kind: "check"; readonly wasEmpty: boolean }
  /** Polls, or waits to connect: while the page is hidden, without a timer. */
  | { readonly kind: "poll" };

type Disconnected = Omit<Watching, "connection" | "sources">;

/** Continues with a status, once the page has received it in `onResult`. */
export interface StatusReport {
  readonly kind: "reported";
  readonly status: PageStatus;
}

export type WatchStep = Step<Watching, StatusReport>;

/** Limit of empty streams in a row. After that, polling replaces streams. */
const maxEmptyStreams = 3;

/** Duration of polling before streams are tried again, in milliseconds. */
const streamRetryMs = 60_000;

/**
 * Time-out for the first status of a stream, in milliseconds. A stream sends it at once, so a proxy must be
 * holding back a later one.
 */
const firstStatusTimeoutMs = 6_000;

/**
 * Shortest duration of a stable stream, in milliseconds. A shorter one costs more calls than polling, even if
 * it brings a status.
 */
const minStreamMs = 10_000;

/**
 * Time that a stream has to report a ticket's expiry or the next step of its code, in milliseconds. One that has not
 * reported it by then is dead.
 */
const reportGraceMs = 3_000;

/** Starts to watch a ticket. `step` is the one that the page shows already. */
export function startWatching(
  handle: string,
  intervalMs: number,
  context: Context,
  step?: CodeStep | undefined,
): Watching {
  const state = {
    kind: "watching",
    handle,
    intervalMs,
    isScanned: false,
    step,
    statusKey: "",
    failures: 0,
    emptyStreams: 0,
    streamRetryAt: 0,
  } as const;
  return connect(state, context);
}

/** Opens a stream, or polls where streams do not work. Waits while the page is hidden. */
export function connect(state: Disconnected, context: Context): Watching {
  const { handle } = state;
  if (!context.isVisible) return wait(state, { kind: "poll" });
  if (!canStream(state, context)) return poll(state, { kind: "poll" });
  const source: Source = { kind: "stream", handle };
  return wait(state, { kind: "stream", source, openedAt: context.now, hasStatus: false }, source, {
    kind: "timer",
    minimumMs: firstStatusTimeoutMs,
  });
}

function poll(state: Disconnected, connection: Connection): Watching {
  return wait(state, connection, { kind: "status", handle: state.handle });
}

/** Handles the end of a stream. */
export function loseStream(state: Watching, context: Context): Watching {
  const { connection } = state;
  if (connection.kind !== "stream") return state;
  const { openedAt, hasStatus } = connection;
  const wasEmpty = !hasStatus || context.now - openedAt < minStreamMs;
  return wait(
    wasEmpty ? state : { ...state, emptyStreams: 0 },
    { kind: "check", wasEmpty },
    { kind: "timer", failures: hasStatus ? 0 : undefined },
  );
}

/** Handles the end of a pause, or the time-out of a stream. */
export function endPause(state: Watching, context: Context): Watching {
  const { connection } = state;
  if (connection.kind === "stream") return loseStream(state, context);
  return connection.kind === "check" ? poll(state, connection) : connect(state, context);
}

/** Handles a status. Reports it, unless it repeats the latest one. */
export function receive(state: Watching, status: PageStatus, context: Context): WatchStep {
  const statusKey = `${status.revision} ${status.state} ${status.qrCode?.step}`;
  const isNew = statusKey !== state.statusKey;
  return [
    { ...awaitNext(state, status, context), failures: 0, statusKey },
    ["setOnline", true],
    ...(isNew
      ? ([
          ["onResult", status],
          ["continue", { kind: "reported", status }],
        ] as const)
      : []),
  ];
}

function awaitNext(state: Watching, status: PageStatus, context: Context): Watching {
  const { connection } = state;
  if (connection.kind === "stream")
    return wait(state, { ...connection, hasStatus: true }, connection.source, {
      kind: "timer",
      minimumMs: Math.min(status.remainingMs, status.qrCode?.remainingMs ?? Infinity) + reportGraceMs,
    });
  const wasEmpty = connection.kind === "check" && connection.wasEmpty;
  const emptyStreams = state.emptyStreams + (wasEmpty ? 1 : 0);
  const isRuledOut = wasEmpty && emptyStreams >= maxEmptyStreams;
  const streamRetryAt = isRuledOut ? context.now + streamRetryMs : state.streamRetryAt;
  const next = { ...state, emptyStreams, streamRetryAt };
  return wait(
    next,
    { kind: "poll" },
    {
      kind: "timer",
      ...(canStream(next, context) ? { failures: emptyStreams } : { minimumMs: state.intervalMs }),
    },
  );
}

/** Waits for the next attempt after a poll that failed. */
export function retryPoll(state: Watching, { retryAfterMs }: GatewayError): WatchStep {
  const { failures } = state;
  const next = { ...state, failures: failures + 1 };
  return [
    wait(next, { kind: "poll" }, { kind: "timer", minimumMs: retryAfterMs, failures }),
    ["setOnline", false],
  ];
}

function wait(state: Disconnected, connection: Connection, ...sources: readonly Source[]): Watching {
  return { ...state, connection, sources: [lifecycle, ...sources, ...submissionOf(state.entry)] };
}

/** Sets the entry of the check code, and with it the request on its way. */
export function withEntry(state: Watching, entry: CheckCodeEntry): Watching {
  const [first, ...sources] = state.sources.filter((source) => source !== state.entry?.submission);
  return { ...state, entry, sources: [first ?? lifecycle, ...sources, ...submissionOf(entry)] };
}

const submissionOf = (entry: CheckCodeEntry | undefined): readonly Source[] =>
  entry?.submission ? [entry.submission] : [];

function canStream({ emptyStreams, streamRetryAt }: Disconnected, context: Context): boolean {
  return context.canUseEventSource && (emptyStreams < maxEmptyStreams || context.now >= streamRetryAt);
}
