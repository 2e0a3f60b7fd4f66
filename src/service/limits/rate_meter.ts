import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import type { LimitName } from "../../domain/limits.js";
import type { Rate, RateState } from "./rate.js";
import type { RateSharing } from "./rate_sharing.js";

/**
 * A count of events by key, against a rate (the generic cell rate algorithm). The state of a key is one moment: the one
 * at which an event would be due if all events so far had come evenly. A call has no promise and no timer.
 */
export interface RateMeter {
  readonly name: LimitName;
  /** Returns the time until the next event of the key fits the rate, in milliseconds; 0 if it fits now. */
  waitFor(key: string, rate: Rate): number;
  /** Counts an event, whether it fits or not. A negative number of events takes back as many. */
  count(key: string, rate: Rate, events?: number): void;
}

/** Keys of a meter. With more, the key that was first seen longest ago is forgotten. */
const maxKeys = 50_000;

/** Creates a meter. `sharing` counts the events of other nodes too. */
export function createRateMeter(name: LimitName, clock: Clock, sharing?: RateSharing): RateMeter {
  /** Created with the first event: the cache allocates for all its keys at once. */
  let states: LRUCache<string, RateState> | undefined;

  function stateOf(key: string): RateState {
    states ??= new LRUCache({ max: maxKeys });
    let state = states.peek(key);
    if (!state) {
      state = { dueAt: 0 };
      states.set(key, state);
    }
    return state;
  }

  return {
    name,
    waitFor(key, { tolerance }) {
      const dueAt = states?.peek(key)?.dueAt ?? 0;
      return Math.max(0, dueAt - tolerance - clock.now());
    },
    count(key, { interval, tolerance }, events = 1) {
      const state = stateOf(key);
      const now = clock.now();
      // Events over the rate must not make the next one wait for longer than one interval.
      const latest = now + tolerance + interval;
      state.dueAt = Math.min(Math.max(state.dueAt, now) + events * interval, latest);
      sharing?.report(`${name} ${key}`, state, { events, interval, tolerance });
    },
  };
}
