import { type AuthObserver, issuerCallOutcomes } from "../auth/auth_observer.js";
import { durationBounds } from "./call_metrics.js";
import type { MetricsRegistry } from "./registry.js";

/** Creates the metrics of the authentication of users. The pools are those of the configuration. */
export function createAuthMetrics(registry: MetricsRegistry): AuthObserver {
  const calls = registry.histogram({
    name: "qrlogin_issuer_call_duration_seconds",
    help: "Time of calls to issuers, by user pool, endpoint and outcome.",
    labels: ["pool", "endpoint", "outcome"],
    bounds: durationBounds.filter((bound) => bound >= 0.001),
  });
  const lookups = registry.counter({
    name: "qrlogin_user_tokens_total",
    help: "User tokens that were looked up in the cache of verified tokens.",
    labels: ["result"],
  });
  const [hits, misses] = [lookups.declare({ result: "hit" }), lookups.declare({ result: "miss" })];
  const cached = registry
    .gauge({ name: "qrlogin_cached_user_tokens", help: "Verified tokens in the cache." })
    .with({});
  return {
    ofEndpoint(pool, endpoint) {
      for (const outcome of issuerCallOutcomes) calls.declare({ pool, endpoint, outcome });
      return (outcome, durationMs) => calls.with({ pool, endpoint, outcome }).observe(durationMs / 1_000);
    },
    onTokenLookup: (isCached) => (isCached ? hits : misses).add(),
    onTokenCacheSize: (size) => cached.set(size),
  };
}
