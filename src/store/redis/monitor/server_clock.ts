import type { Clock } from "../../../base/clock.js";

/** So many questions, of which the one with the quickest answer is believed. */
const samples = 5;

/** Where the time can be asked for. */
interface TimeSource {
  query(...words: readonly string[]): Promise<unknown>;
}

/** The time of Redis, so that all nodes agree on when a ticket expires, however their own clocks go. */
export interface ServerClock extends Clock {
  /** Takes over the time of a server. Rejects as its `ask` does. */
  syncWith(server: TimeSource): Promise<void>;
  /** How much this machine's clock is ahead of the server's, in milliseconds. */
  skew(): number;
}

/**
 * A clock that goes on by this machine's monotonic one, which nobody sets. Before it follows a server it is the wall clock of `own`.
 *
 * Its one time line is Redis's: the times in tickets are shared by all nodes, and are told as they are.
 */
export function createServerClock(own: Clock): ServerClock {
  let offset: number | undefined;

  /** The server's time less the monotonic clock's, and how far off that may be. */
  async function measure(server: TimeSource): Promise<{ offset: number; doubt: number }> {
    const before = performance.now();
    const [seconds, microseconds] = (await server.query("TIME")) as [string, string];
    const after = performance.now();
    const time = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    if (!Number.isFinite(time)) throw new Error("Redis does not tell the time");
    return { offset: time - (before + after) / 2, doubt: after - before };
  }

  function now(): number {
    return offset === undefined ? own.wallNow() : Math.round(performance.now() + offset);
  }

  return {
    now,
    wallNow: now,
    wallTimeOf: (moment) => moment,
    after: own.after,
    async syncWith(server) {
      let best = await measure(server);
      for (let sample = 1; sample < samples; sample++) {
        const next = await measure(server);
        if (next.doubt < best.doubt) best = next;
      }
      offset = best.offset;
    },
    skew: () => own.wallNow() - now(),
  };
}
