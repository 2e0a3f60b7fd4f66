import type { LimitsPolicy } from "../../domain/policy.js";
import { createLimitError } from "../../domain/ticket_error.js";
import { ratePer } from "./rate.js";
import type { RateMeter } from "./rate_meter.js";

/** A limit of the policy on the events of each key in a period. */
export interface RateLimit {
  /**
   * Throws if one more event of the key would exceed the limit. Counts nothing.
   *
   * @throws TicketError RATE_LIMITED
   */
  require(key: string, limits: LimitsPolicy): void;
  /** Counts an event, whether it fits or not. A negative number of events takes back as many. */
  count(key: string, limits: LimitsPolicy, events?: number): void;
}

export interface RateLimitOptions {
  readonly meter: RateMeter;
  /** Setting of the policy with the number of events. */
  readonly setting: keyof LimitsPolicy;
  readonly period: "minute" | "ten minutes";
  /** The events, for people. */
  readonly events: string;
}

const periods = { minute: 60_000, "ten minutes": 600_000 };

/** Creates the limit. */
export function createRateLimit({ meter, setting, period, events }: RateLimitOptions): RateLimit {
  const rateOf = (limits: LimitsPolicy) => ratePer(periods[period], limits[setting]);
  return {
    require(key, limits) {
      const wait = meter.waitFor(key, rateOf(limits));
      if (wait === 0) return;
      const limit = `policy.limits.${setting} is ${limits[setting]} per ${period}`;
      throw createLimitError(meter.name, `too many ${events}: ${limit}`, Math.ceil(wait));
    },
    count(key, limits, count) {
      meter.count(key, rateOf(limits), count);
    },
  };
}
