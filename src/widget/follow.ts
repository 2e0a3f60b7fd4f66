import { type Api, GatewayError, type Status } from "./api.js";

/** Who follows a ticket. */
export interface Follower {
  /** Each status that is not the same as the one before. */
  onStatus(status: Status): void;
  /** The ticket can be followed no longer. */
  onGone(error: GatewayError): void;
  /** Whether the gateway is reached, whenever that changes. */
  onReach(reached: boolean): void;
}

/** So many connections in a row that bring nothing, and EventSource is given up for polling. */
const maxBarren = 3;

/** A gap between two ticks above this is a laptop that slept, or a tab that was frozen: what is open may be dead. */
const sleptMs = 5_000;

const tickMs = 1_000;

const isEnd = (state: string) => /^(EXCHANGED|CANCELLED|EXPIRED)$/.test(state);

/**
 * Follows a ticket until its end, over whatever happens in between: pushed where EventSource works, polled where it does
 * not. Rests while the page is hidden. The answer stops it.
 */
export function follow(api: Api, handle: string, intervalMs: number, follower: Follower): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let barren = typeof EventSource === "undefined" ? maxBarren : 0;
  let shown = "";
  let reached = true;
  let stopped = false;
  let lastTick = Date.now();
  // What is under way belongs to one turn; whatever comes of an earlier one is not wanted any more.
  let turn = 0;

  function reach(now: boolean): void {
    if (now !== reached) follower.onReach(now);
    reached = now;
  }

  function take(status: Status): void {
    if (stopped) return;
    reach(true);
    const face = `${status.revision} ${status.state}`;
    const isNew = face !== shown;
    shown = face;
    if (isEnd(status.state)) stop();
    if (isNew) follower.onStatus(status);
  }

  function rest(): void {
    turn++;
    source?.close();
    source = undefined;
    clearTimeout(timer);
  }

  function later(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(begin, ms);
  }

  /** Grows with each failure, and differs from page to page. */
  const pause = () => (0.5 + Math.random()) * Math.min(10_000, 500 * 2 ** Math.min(barren, 5));

  function begin(): void {
    rest();
    if (stopped || document.hidden) return;
    if (barren >= maxBarren) void poll();
    else listen();
  }

  function listen(): void {
    const opened = api.events(handle);
    source = opened;
    opened.addEventListener("status", ({ data }) => {
      barren = 0;
      take(JSON.parse(data));
    });
    opened.addEventListener("problem", ({ data }) => {
      const { reason, detail } = JSON.parse(data);
      // Another page has taken over, or the gateway could not go on: a status call tells.
      if (reason === "TICKET_NOT_FOUND") fail(new GatewayError(reason, detail));
    });
    opened.onerror = () => {
      if (opened !== source) return;
      // Whether the ticket is gone or the network is, EventSource does not say.
      barren++;
      rest();
      void poll();
    };
  }

  async function poll(): Promise<void> {
    const mine = turn;
    try {
      const status = await api.status(handle);
      if (mine !== turn) return;
      take(status);
      if (!stopped) later(barren >= maxBarren ? intervalMs : pause());
    } catch (error) {
      if (mine !== turn || !(error instanceof GatewayError)) return;
      if (error.reason === "TICKET_NOT_FOUND") return fail(error);
      reach(false);
      later(Math.max(pause(), error.retryAfterMs ?? 0));
    }
  }

  function fail(error: GatewayError): void {
    if (stopped) return;
    stop();
    follower.onGone(error);
  }

  const onChange = () => (document.hidden ? rest() : begin());
  const ticking = setInterval(() => {
    const now = Date.now();
    if (now - lastTick > tickMs + sleptMs) onChange();
    lastTick = now;
  }, tickMs);

  function stop(): void {
    stopped = true;
    rest();
    clearInterval(ticking);
    document.removeEventListener("visibilitychange", onChange);
    removeEventListener("online", onChange);
    removeEventListener("pageshow", onChange);
  }

  document.addEventListener("visibilitychange", onChange);
  addEventListener("online", onChange);
  addEventListener("pageshow", onChange);
  begin();
  return stop;
}
