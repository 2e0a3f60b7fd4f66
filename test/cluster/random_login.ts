import type { History } from "./history.js";
import type { CallableNode } from "./nodes.js";
import { createPace } from "./pace.js";
import { startPersistentWatcher } from "./persistent_watcher.js";
import type { Random } from "./random.js";
import {
  type ApproverName,
  approvers,
  type Call,
  isOver,
  type Outcome,
  type RecordedCalls,
  type TicketCredentials,
} from "./recorded_calls.js";

/** Everything that a login runs on. */
export interface LoginContext {
  readonly nodes: readonly CallableNode[];
  readonly calls: RecordedCalls;
  readonly history: History;
  /** Number of simultaneous logins. */
  readonly logins: number;
  /** Longest pause of a thinking user, as the average number of calls of each login during it. */
  readonly thinking: number;
}

/** Maximum number of attempts for a call with an unknown outcome. */
const maxTries = 4;
/** Time limits of a user's pause and of a rest before the next attempt, without calls of others, in milliseconds. */
const timeouts = { thinking: 100, resting: 1_000 };
/** Time limit for a watcher to get an end that others know, in milliseconds. */
const watcherTimeout = 60_000;
/** Time limit for ending a login while the store is disturbed, in milliseconds. */
const endTimeout = 180_000;

/**
 * Runs one login with all who race for it: two approvers, two exchangers, a withdrawal, readers, and watchers
 * that stay. Resolves with the ticket once it has ended and the watchers know; with undefined if none was
 * created.
 */
export async function runLogin(
  { nodes, calls, history, logins, thinking }: LoginContext,
  name: string,
  random: Random,
): Promise<TicketCredentials | undefined> {
  const callBy = (who: string): Call => ({ process: `${name}/${who}`, node: random.oneOf(nodes) });
  const think = createPace(history, random.fork(), logins, timeouts.thinking);
  const rest = createPace(history, random.fork(), logins, timeouts.resting);
  const ttl = random.chance(0.04) ? 1 : undefined;
  const { response } = await calls.create(callBy("creator"), ttl);
  if (!response) {
    await rest(1, 8);
    return undefined;
  }
  const ticket: TicketCredentials = { ticketId: response.ticketId, ticketSecret: response.ticketSecret };
  const watchers = Array.from({ length: random.oneOf([0, 1, 1, 1, 2]) }, (_, index) =>
    startPersistentWatcher(`${name}/watcher-${index}`, ticket, nodes, random.fork(), rest, history),
  );
  let waiting = 0;
  try {
    await race();
    await end();
    waiting = watcherTimeout;
  } finally {
    await Promise.all(watchers.map((watcher) => watcher.ended(waiting)));
  }
  return ticket;

  async function race(): Promise<void> {
    const participants = random.chance(0.95) ? approvers : [];
    await Promise.all([
      ...participants.filter(() => random.chance(0.85)).map((user) => approve(user)),
      ...["one", "two"].filter(() => random.chance(0.85)).map((who) => exchange(`exchanger-${who}`)),
      ...(random.chance(0.15) ? [withdraw()] : []),
    ]);
  }

  async function approve(user: ApproverName): Promise<void> {
    await think(0, thinking);
    const scan = await withRetries(() => calls.scan(callBy(user), user, ticket));
    const isScanner = scan.response !== undefined;
    // A user who was not the first may try all the same.
    if (!isScanner && !random.chance(0.2)) return;
    await think(0, thinking);
    if (random.chance(0.15)) await withRetries(() => calls.cancel(callBy(user), user, ticket));
    else await withRetries(() => calls.authorize(callBy(user), user, ticket));
  }

  async function exchange(who: string): Promise<void> {
    const isPatient = random.chance(0.9);
    for (let reads = 0; isPatient && reads < 10; reads++) {
      await think(thinking / 4, thinking);
      const read = await calls.status(callBy(who), ticket);
      if (read.state === "AUTHORIZED" || isOver(read)) break;
    }
    // A caller that gets OUTCOME_UNKNOWN should give up, but does not always.
    await withRetries(
      () => calls.exchange(callBy(who), ticket),
      ({ reason }) => (reason === "OUTCOME_UNKNOWN" ? random.chance(0.5) : true),
    );
  }

  async function withdraw(): Promise<void> {
    await think(0, 3 * thinking);
    await withRetries(() => calls.withdraw(callBy("creator"), ticket));
  }

  /** Reads, and withdraws an open ticket, until a result shows its end. */
  async function end(): Promise<void> {
    const until = performance.now() + endTimeout;
    for (let pause = 1; ; pause = Math.min(pause * 2, 16)) {
      const read = await calls.status(callBy("creator"), ticket);
      if (isOver(read)) return;
      if (!read.isUnknown) {
        const left = await calls.withdraw(callBy("creator"), ticket);
        if (isOver(left)) return;
      }
      if (performance.now() > until) throw new Error(`the login could not be ended in ${endTimeout} ms`);
      await rest(pause / 2, pause);
    }
  }

  async function withRetries<T>(
    call: () => Promise<Outcome<T>>,
    shouldRetry: (outcome: Outcome<T>) => boolean = () => true,
  ): Promise<Outcome<T>> {
    let outcome = await call();
    for (let tries = 1; outcome.isUnknown && tries < maxTries && shouldRetry(outcome); tries++) {
      await rest(0.5, 8);
      outcome = await call();
    }
    return outcome;
  }
}
