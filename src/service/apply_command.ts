import type { Clock } from "../base/clock.js";
import type { Command } from "../domain/decide.js";
import { decide, expireIfDue } from "../domain/decide.js";
import { isTicketId, newWriteId } from "../domain/secrets.js";
import type { Lifetimes, Ticket } from "../domain/ticket.js";
import { TicketError } from "../domain/ticket_error.js";
import type { TicketStore } from "../store/ticket_store.js";
import { StoreUnavailableError } from "../store/ticket_store.js";

/** What reading and writing a ticket needs. */
export interface TicketContext {
  readonly store: TicketStore;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
}

/** What a command came to. */
export interface CommandResult<Prepared> {
  /** The ticket as it is now. */
  readonly ticket: Ticket;
  /** What was prepared for the write; undefined if this command wrote nothing, or nothing was to be prepared. */
  readonly prepared: Prepared | undefined;
}

/** So many lost races in a row are no race any more; the caller is asked to come back. */
const maxAttempts = 8;

/** Whether the caller may see the ticket at all; throws a TicketError if not. */
export type AccessCheck = (ticket: Ticket) => void;

/** For whoever has shown by other means that the ticket is theirs to see. */
export const anyone: AccessCheck = () => {};

/** What goes with a command. */
export interface CommandOptions<Prepared> {
  readonly checkAccess: AccessCheck;
  /**
   * For what may fail and must not fail after the write: asked with the ticket as it stands, once a write is decided and before
   * it is made, and again after each lost race. What it throws changes nothing.
   */
  readonly prepare?: (ticket: Ticket) => Promise<Prepared>;
  /** The ticket as it was read before, which saves reading it again. */
  readonly loaded?: Ticket;
}

/**
 * The ticket as it is true now: one whose time has run out is written EXPIRED first, whoever looks at it.
 *
 * @param loaded The ticket as it was read before, which may be old: whatever is written is compared with it.
 * @throws TicketError TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and what `admit` throws.
 */
export async function load(
  { store, clock, lifetimes }: TicketContext,
  id: string,
  admit: AccessCheck,
  loaded?: Ticket,
): Promise<Ticket> {
  requireTicketId(id);
  // Not by `translateStoreErrors`: its promises are a tenth of what a status costs here.
  try {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const ticket = (attempt === 0 && loaded) || (await store.get(id));
      if (!ticket) throw new TicketError("TICKET_NOT_FOUND");
      const now = clock.now();
      // Most tickets that are read live: none of them costs a write id.
      const isLive = now < ticket.expiresAt;
      const expired = isLive ? undefined : expireIfDue(ticket, { now, writeId: newWriteId(), lifetimes });
      if (!expired || (await store.replace(expired, ticket.writeId))) {
        const current = expired ?? ticket;
        admit(current);
        return current;
      }
    }
  } catch (error) {
    throw storeRefusal(error);
  }
  throw new TicketError("CONCURRENT_UPDATE");
}

/**
 * Calls `onChange` when the ticket may have been written, as {@link TicketStore.subscribe}.
 *
 * @throws TicketError TICKET_NOT_FOUND, STORE_UNAVAILABLE
 */
export function subscribe({ store }: TicketContext, id: string, onChange: () => void): Promise<() => void> {
  return translateStoreErrors(async () => {
    requireTicketId(id);
    return store.subscribe(id, onChange);
  });
}

/**
 * Throws TicketError TICKET_NOT_FOUND where no ticket can have the id. No such text reaches a store, in whose keys and channels a
 * brace, say, would mean something.
 */
function requireTicketId(id: string): void {
  if (!isTicketId(id)) throw new TicketError("TICKET_NOT_FOUND");
}

/**
 * Lets a command take effect: load, decide, write if nobody else has written since, else load again. The loser of a race
 * is answered by the state that won.
 *
 * @throws TicketError with what the table says; also TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and
 * OUTCOME_UNKNOWN for an exchange.
 */
export async function applyCommand<Prepared>(
  context: TicketContext,
  id: string,
  command: Command,
  { checkAccess, prepare, loaded }: CommandOptions<Prepared>,
): Promise<CommandResult<Prepared>> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const ticket = await load(context, id, checkAccess, attempt === 0 ? loaded : undefined);
    const next = decideNext(context, ticket, command);
    if (!next) return { ticket, prepared: undefined };
    const prepared = await prepare?.(ticket);
    if (await translateStoreErrors(() => context.store.replace(next, ticket.writeId), command.name)) {
      return { ticket: next, prepared };
    }
  }
  throw new TicketError("CONCURRENT_UPDATE");
}

/**
 * What the command would write to the ticket as it is, or undefined if it would change nothing.
 *
 * @throws TicketError with what the table says.
 */
export function decideNext(
  { clock, lifetimes }: TicketContext,
  ticket: Ticket,
  command: Command,
): Ticket | undefined {
  const decision = decide(ticket, command, { now: clock.now(), writeId: newWriteId(), lifetimes });
  if (decision.kind === "reject") {
    const { reason, currentState } = decision;
    throw new TicketError(reason, undefined, currentState && { currentState });
  }
  return decision.kind === "write" ? decision.next : undefined;
}

/** Tells the caller of a back end that is away, and whether a second try is safe. */
export async function translateStoreErrors<T>(work: () => Promise<T>, command?: Command["name"]): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storeRefusal(error, command);
  }
}

/** Returns the refusal for an error of the store, or the error itself where it is another. */
function storeRefusal(error: unknown, command?: Command["name"]): unknown {
  if (!(error instanceof StoreUnavailableError)) return error;
  // Every other command may be repeated: done twice it is done once.
  const lost = error.outcome === "unknown" && command === "exchange";
  return new TicketError(lost ? "OUTCOME_UNKNOWN" : "STORE_UNAVAILABLE", undefined, { cause: error });
}
