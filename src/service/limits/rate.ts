/** A rate of events for each key: one in `interval`, and those of `tolerance` in advance. In milliseconds. */
export interface Rate {
  readonly interval: number;
  readonly tolerance: number;
}

/** Returns the rate of `max` events in a period: all of them at once, and then one after the other. */
export function ratePer(period: number, max: number): Rate {
  const interval = period / max;
  return { interval, tolerance: period - interval };
}

/** The state of a key. */
export interface RateState {
  /** Moment at which the next event is due. */
  dueAt: number;
}
