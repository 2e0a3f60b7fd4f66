import type { Clock } from "../../../base/clock.js";

/** Number of measurements, of which the one with the fastest reply counts. */
const samples = 5;

/** A server that can be asked for its time. */
interface TimeSource {
  query(...words: readonly string[]): Promise<unknown>;
}

/** The time of Redis, so that all nodes agree on when a ticket expires, whatever their own clocks show. */
export interface ServerClock extends Clock {
  /** Sets this clock to the time of a server. Rejects like the server's `query`. */
  syncWith(server: TimeSource): Promise<void>;
  /** Returns how far this machine's clock is ahead of the server's, in milliseconds. */
  skew(): number;
}

/**
 * Creates a clock that advances with this machine's monotonic clock, which nobody sets. Until the first
 * `syncWith` it is the wall clock of `own`.
 *
 * Its only time line is Redis's: all nodes share the times in tickets and report them unchanged.
 */
export function createServerClock(own: Clock): ServerClock {
  let offset: number | undefined;

  /** Returns the server's time minus the monotonic clock's, and the uncertainty of that, in milliseconds. */
  async function measure(server: TimeSource): Promise<{ offset: number; uncertainty: number }> {
    const before = performance.now();
    const [seconds, microseconds] = (await server.query("TIME")) as [string, string];
    const after = performance.now();
    const time = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    if (!Number.isFinite(time)) throw new Error("Redis returned no valid time");
    return { offset: time - (before + after) / 2, uncertainty: after - before };
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
        if (next.uncertainty < best.uncertainty) best = next;
      }
      offset = best.offset;
    },
    skew: () => own.wallNow() - now(),
  };
}
