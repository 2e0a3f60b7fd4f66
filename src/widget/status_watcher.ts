import { type Api, GatewayError, type StatusResponse } from "./api.js";
import { onLifecycleChange, retryDelay } from "./lifecycle.js";

/** Who follows a ticket. */
export interface StatusListener {
  /** Each status that is not the same as the one before. */
  onStatus(status: StatusResponse): void;
  /** The ticket can be followed no longer: it is gone, or the gateway refuses for good. */
  onFatalError(error: GatewayError): void;
  /** Whether the gateway is reached, whenever that changes. */
  onOnlineChange(reached: boolean): void;
}

/** So many streams in a row that bring nothing or end soon, while polls are answered, and polling takes their place. */
const maxEmptyStreams = 3;

/** When a stream is tried again after that. */
const streamRetryMs = 60_000;

/** A stream tells the status at once. One that does not by then is held back on its way. */
const firstStatusTimeoutMs = 6_000;

/** A stream that ends sooner costs more calls than polling would, though it brings the status. */
const minStreamMs = 10_000;

/** After the expiry, a stream that has not told it is dead. */
const expiryGraceMs = 3_000;

const isTerminal = (state: string) => /^(EXCHANGED|CANCELLED|EXPIRED)$/.test(state);

/**
 * Follows a ticket until its end, over whatever happens in between: pushed where EventSource works, polled where it does
 * not. Rests while the page is hidden. The answer stops it.
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
  // What is under way belongs to one turn; whatever comes of an earlier one is not wanted any more.
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
    // Whether the ticket is gone or the network is, EventSource does not say: a poll does.
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
