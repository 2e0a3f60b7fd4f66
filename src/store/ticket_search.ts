/**
 * Search for a ticket by a property of its id, for support. It reads ids only, and may read all of them:
 * `test/store/ticket_search_contract.ts` tests every implementation.
 */
export interface TicketSearch {
  /**
   * Resolves with the id of a ticket that `matches`. A ticket that was created meanwhile may be missed. Searches run
   * one after another.
   *
   * @throws StoreUnavailableError when a part of the back end is unreachable, so that the ticket may be there.
   * @throws the reason of `signal` when it aborts.
   */
  find(matches: (id: string) => boolean, signal: AbortSignal): Promise<SearchResult>;
}

/** Result of a search. */
export interface SearchResult {
  /** Id of the ticket; undefined if none was found. */
  readonly id: string | undefined;
  /** False if the search gave up before it had seen all ids. */
  readonly isComplete: boolean;
}

/** Creates a function that runs work one after another, whatever becomes of it. */
export function createSerialRunner(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
