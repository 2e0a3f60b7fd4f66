/**
 * Rates that the nodes of a deployment count together. A key has one moment: the one at which its next event is due.
 */
export interface SharedRates {
  /**
   * Moves the moment of a key by `ms`, which may be negative, from now at the earliest and to `latest` milliseconds
   * from now at the latest. Resolves with the time from now to the new moment, in milliseconds.
   *
   * @throws StoreUnavailableError while the back end is unreachable.
   */
  advance(key: string, ms: number, latest: number): Promise<number>;
}
