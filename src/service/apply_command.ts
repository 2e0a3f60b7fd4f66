import type { Clock } from "../base/clock.js";
import type { Command, Decision } from "../domain/decide.js";
import { checkCodeAttemptsLeft, decide, expireIfDue } from "../domain/decide.js";
import { isTicketId, newWriteId } from "../domain/secrets.js";
import type { Lifetimes, Ticket } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { TicketStore } from "../store/ticket_store.js";
import { StoreUnavailableError } from "../store/ticket_store.js";
import type { TicketObserver } from "./ticket_observer.js";

/** Dependencies for reading and writing tickets. */
export interface TicketContext {
  readonly store: TicketStore;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly observer?: TicketObserver | undefined;
}

/** Result of a command. */
export interface CommandResult<Prepared> {
  /** The ticket after the command. */
  readonly ticket: Ticket;
  /** The value that `prepare` resolved with; undefined if nothing was written or there was no `prepare`. */
  readonly prepared: Prepared | undefined;
}

/** Number of lost races in a row after which a command fails with CONCURRENT_UPDATE. */
const maxAttempts = 8;

/** Throws a TicketError if the caller may not see the ticket. */
export type AccessCheck = (ticket: Ticket) => void;

/**
 * An access check that always passes. It is for approvers, whom {@link decide} checks, and for later reads of a watch
 * whose first read was checked.
 */
export const noAccessCheck: AccessCheck = () => {};

type WriteDecision = Extract<Decision, { kind: "write" }>;

/** Options of {@link applyCommand}. */
export interface CommandOptions<Prepared> {
  readonly checkAccess: AccessCheck;
  /**
   * Does work that may fail, so that it fails before the write. It is called with the current ticket when a write
   * has been decided on, and again after each lost race. An error leaves the ticket unchanged.
   */
  readonly prepare?: (ticket: Ticket) => Promise<Prepared>;
  /** Throws if the command must not be written after all. Called right before each write. */
  readonly checkWrite?: AccessCheck;
  /** The ticket from an earlier read, which saves another read. See {@link load}. */
  readonly loaded?: Ticket;
}

/**
 * Resolves with the current ticket. Writes EXPIRED first if the ticket's time has run out.
 *
 * @param loaded The ticket from an earlier read. It may be stale, since a write compares its write id.
 * @throws TicketError TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and the errors of `checkAccess`.
 */
export async function load(
  { store, clock, lifetimes, observer }: TicketContext,
  id: string,
  checkAccess: AccessCheck,
  loaded?: Ticket,
): Promise<Ticket> {
  requireTicketId(id);
  // Does not use `translateStoreErrors`, whose promises would add to the cost of every status call.
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const ticket = (attempt === 0 && loaded) || (await store.get(id));
      if (!ticket) throw new TicketError("TICKET_NOT_FOUND");
      const now = clock.now();
      // Most tickets are live when they are read. They need no write id.
      const isLive = now < ticket.expiresAt;
      const expired = isLive ? undefined : expireIfDue(ticket, { now, writeId: newWriteId(), lifetimes });
      if (!expired || (await store.replace(expired, ticket.writeId))) {
        if (expired) observer?.onWrite(expired, ticket);
        const current = expired ?? ticket;
        checkAccess(current);
        return current;
      }
    }
  } catch (error) {
    throw convertStoreError(error);
  }
  throw new TicketError("CONCURRENT_UPDATE");
}

/**
 * Calls `onChange` when the ticket may have been written; see {@link TicketStore.subscribe}.
 *
 * @throws TicketError TICKET_NOT_FOUND, STORE_UNAVAILABLE
 */
export async function subscribe(
  { store }: TicketContext,
  id: string,
  onChange: (traceparent?: string) => void,
): Promise<() => void> {
  requireTicketId(id);
  // Without `translateStoreErrors`, as in `load`.
  try {
    return await store.subscribe(id, onChange);
  } catch (error) {
    throw convertStoreError(error);
  }
}

/**
 * Throws TICKET_NOT_FOUND if no ticket can have the id. A text of any other form must not reach the store, where
 * characters such as braces have a meaning in keys and channels.
 */
function requireTicketId(id: string): void {
  if (!isTicketId(id)) throw new TicketError("TICKET_NOT_FOUND");
}

/**
 * Applies a command: loads the ticket, decides, and writes. Starts again if somebody else has written in between, so
 * that the loser of a race gets the result for the state that won.
 *
 * @throws TicketError with the reason from the transition table; also TICKET_NOT_FOUND, CONCURRENT_UPDATE,
 * STORE_UNAVAILABLE, and OUTCOME_UNKNOWN for an exchange.
 */
export async function applyCommand<Prepared>(
  context: TicketContext,
  id: string,
  command: Command,
  { checkAccess, prepare, checkWrite, loaded }: CommandOptions<Prepared>,
): Promise<CommandResult<Prepared>> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const ticket = await load(context, id, checkAccess, attempt === 0 ? loaded : undefined);
    const write = decideWrite(context, ticket, command);
    if (!write) return { ticket, prepared: undefined };
    const { next, rejection } = write;
    const prepared = await prepare?.(ticket);
    checkWrite?.(ticket);
    if (await translateStoreErrors(() => context.store.replace(next, ticket.writeId), command.name)) {
      context.observer?.onWrite(next, ticket);
      if (rejection === undefined) return { ticket: next, prepared };
      throw new TicketError(rejection, undefined, {
        currentState: next.state,
        attemptsLeft: checkCodeAttemptsLeft(next),
      });
    }
  }
  throw new TicketError("CONCURRENT_UPDATE");
}

/**
 * Returns the write that the command would make, or undefined if it would change nothing.
 *
 * @throws TicketError with the reason from the transition table.
 */
export function decideWrite(
  { clock, lifetimes }: TicketContext,
  ticket: Ticket,
  command: Command,
): WriteDecision | undefined {
  const decision = decide(ticket, command, { now: clock.now(), writeId: newWriteId(), lifetimes });
  if (decision.kind === "reject") {
    const { reason, currentState } = decision;
    throw new TicketError(reason, undefined, currentState && { currentState });
  }
  return decision.kind === "write" ? decision : undefined;
}

/**
 * Runs `work` and translates a StoreUnavailableError into STORE_UNAVAILABLE, or into OUTCOME_UNKNOWN for an exchange
 * that may have been written.
 */
export async function translateStoreErrors<T>(work: () => Promise<T>, command?: Command["name"]): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw convertStoreError(error, command);
  }
}

/** Returns the TicketError for an error of the store; returns any other error unchanged. */
export function convertStoreError(error: unknown, command?: Command["name"]): unknown {
  if (!(error instanceof StoreUnavailableError)) return error;
  // Repeating another command is safe. A wrong check code may count twice, which only helps against guesses.
  const isOutcomeUnknown = error.outcome === "unknown" && command === "exchange";
  return new TicketError(isOutcomeUnknown ? "OUTCOME_UNKNOWN" : "STORE_UNAVAILABLE", undefined, {
    cause: error,
  });
}
