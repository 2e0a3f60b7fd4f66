/** Endpoint for Prometheus. */
export interface MetricsConfig {
  /** Collects metrics and serves them. */
  readonly enabled: boolean;
  /**
   * `HOST:PORT` or `[IPV6]:PORT`. If absent, the default address, and a port that is in use is no reason not to start.
   */
  readonly address: string | undefined;
}
