import type { StatusResponse } from "../http_types.js";
import { type Api, GatewayError } from "./api.js";
import { onLifecycleChange, retryDelay } from "./lifecycle.js";

/** Receiver of a ticket's status. */
export interface StatusListener {
  /** Receives each status that differs from the previous one. */
  onStatus(status: StatusResponse): void;
  /** Runs when watching must end: the ticket is gone, or the gateway rejects the request permanently. */
  onFatalError(error: GatewayError): void;
  /** Runs when the connection to the gateway is lost or restored. */
  onOnlineChange(isOnline: boolean): void;
}

/**
 * Limit of streams in a row that bring no status or end early although polls succeed. After that, polling
 * replaces streams.
 */
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
 * Time that a stream has to report a ticket's expiry, in milliseconds. One that has not reported it by then is
 * dead.
 */
const expiryGraceMs = 3_000;

const isTerminal = (state: string) => /^(EXCHANGED|CANCELLED|EXPIRED)$/.test(state);

/**
 * Watches a ticket until its end and recovers from lost connections. Uses EventSource where it works, and
 * polling otherwise. Pauses while the page is hidden. Returns a function that stops it.
 */
export function startStatusWatcher(
  api: Api,
  handle: string,
  pollIntervalMs: number,
  listener: StatusListener,
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let emptyStreams = 0;
  let streamRetryAt = 0;
  let failures = 0;
  let lastStatusKey = "";
  let online = true;
  let stopped = false;
  // Each connection has its own generation. Results of an earlier generation are ignored.
  let generation = 0;

  function setOnline(isOnline: boolean): void {
    if (isOnline === online) return;
    online = isOnline;
    listener.onOnlineChange(isOnline);
  }

  function handleStatus(status: StatusResponse): void {
    failures = 0;
    setOnline(true);
    const statusKey = `${status.revision} ${status.state}`;
    if (statusKey === lastStatusKey) return;
    lastStatusKey = statusKey;
    if (isTerminal(status.state)) stop();
    listener.onStatus(status);
  }

  function disconnect(): void {
    generation++;
    source?.close();
    source = undefined;
    clearTimeout(timer);
  }

  function setTimer(ms: number, callback: () => void): void {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(callback, ms);
  }

  const canStream = () =>
    typeof EventSource !== "undefined" && (emptyStreams < maxEmptyStreams || Date.now() >= streamRetryAt);

  function connect(): void {
    disconnect();
    if (stopped || document.hidden) return;
    if (canStream()) openStream();
    else void poll();
  }

  function openStream(): void {
    const stream = api.events(handle);
    source = stream;
    const openedAt = performance.now();
    let hasStatus = false;
    // EventSource does not report why it failed. A poll shows if the ticket is gone or the network is down.
    const onStreamLost = () => {
      if (stream !== source) return;
      disconnect();
      const wasStable = hasStatus && performance.now() - openedAt >= minStreamMs;
      if (wasStable) emptyStreams = 0;
      setTimer(hasStatus ? retryDelay(0) : 0, () => void poll(!wasStable));
    };
    stream.addEventListener("status", ({ data }) => {
      hasStatus = true;
      const status = JSON.parse(data) as StatusResponse;
      setTimer(status.remainingMs + expiryGraceMs, onStreamLost);
      handleStatus(status);
    });
    stream.addEventListener("problem", ({ data }) => {
      const { reason, detail } = JSON.parse(data);
      if (reason === "TICKET_NOT_FOUND") fail(new GatewayError(reason, detail));
    });
    stream.onerror = onStreamLost;
    setTimer(firstStatusTimeoutMs, onStreamLost);
  }

  async function poll(afterEmptyStream = false): Promise<void> {
    const ownGeneration = generation;
    try {
      const status = await api.status(handle);
      if (ownGeneration !== generation) return;
      if (afterEmptyStream && ++emptyStreams >= maxEmptyStreams) streamRetryAt = Date.now() + streamRetryMs;
      handleStatus(status);
      if (ownGeneration === generation)
        setTimer(canStream() ? retryDelay(emptyStreams) : pollIntervalMs, connect);
    } catch (error) {
      if (ownGeneration !== generation) return;
      const { isTransient, retryAfterMs = 0 } = error as GatewayError;
      if (!isTransient) return fail(error as GatewayError);
      setTimer(Math.max(retryDelay(failures++), retryAfterMs), connect);
      setOnline(false);
    }
  }

  function fail(error: GatewayError): void {
    if (stopped) return;
    stop();
    listener.onFatalError(error);
  }

  const unsubscribe = onLifecycleChange(() => {
    streamRetryAt = 0;
    connect();
  });

  function stop(): void {
    stopped = true;
    unsubscribe();
    disconnect();
  }

  connect();
  return stop;
}
