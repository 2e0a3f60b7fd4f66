import type { History } from "./history.js";
import type { CallableNode } from "./nodes.js";
import { paceOf } from "./pace.js";
import type { Random } from "./random.js";
import {
  type ApproverName,
  approvers,
  type Call,
  type HeldTicket,
  isOver,
  type Outcome,
  type RecordedCalls,
} from "./recorded_calls.js";
import { stay } from "./staying_watcher.js";

/** What a login is played on. */
export interface Stage {
  readonly nodes: readonly CallableNode[];
  readonly calls: RecordedCalls;
  readonly history: History;
  /** Logins at a time. */
  readonly logins: number;
  /** The longest pause of somebody who thinks: in it each login makes so many calls, on average. */
  readonly thinking: number;
}

/** How often a call is tried whose outcome is unknown. */
const maxTries = 4;
/** How long somebody thinks, or rests before the next try, where others make no calls, in milliseconds. */
const patience = { thinking: 100, resting: 1_000 };
/** How long a watcher may take to hear of an end that others know, in milliseconds. */
const watcherPatience = 60_000;
/** How long a login may take to be ended while the store comes and goes, in milliseconds. */
const endPatience = 180_000;

/**
 * Plays one login with all who race for it: two approvers, two who exchange, one who withdraws, whoever reads, watchers that
 * stay. Fulfilled with the ticket once that has come to an end and the watchers have heard of it; undefined if none was made.
 */
export async function playLogin(
  { nodes, calls, history, logins, thinking }: Stage,
  name: string,
  random: Random,
): Promise<HeldTicket | undefined> {
  const at = (who: string): Call => ({ process: `${name}/${who}`, node: random.oneOf(nodes) });
  const think = paceOf(history, random.fork(), logins, patience.thinking);
  const rest = paceOf(history, random.fork(), logins, patience.resting);
  const ttl = random.chance(0.04) ? 1 : undefined;
  const { response } = await calls.create(at("creator"), ttl);
  if (!response) {
    await rest(1, 8);
    return undefined;
  }
  const ticket: HeldTicket = { ticketId: response.ticketId, ticketSecret: response.ticketSecret };
  const watchers = Array.from({ length: random.oneOf([0, 1, 1, 1, 2]) }, (_, index) =>
    stay(`${name}/watcher-${index}`, ticket, nodes, random.fork(), rest, history),
  );
  let waiting = 0;
  try {
    await race();
    await end();
    waiting = watcherPatience;
  } finally {
    await Promise.all(watchers.map((watcher) => watcher.ended(waiting)));
  }
  return ticket;

  async function race(): Promise<void> {
    const everybody = random.chance(0.95) ? approvers : [];
    await Promise.all([
      ...everybody.filter(() => random.chance(0.85)).map((user) => approve(user)),
      ...["one", "two"].filter(() => random.chance(0.85)).map((who) => exchange(`exchanger-${who}`)),
      ...(random.chance(0.15) ? [withdraw()] : []),
    ]);
  }

  async function approve(user: ApproverName): Promise<void> {
    await think(0, thinking);
    const scan = await tried(() => calls.scan(at(user), user, ticket));
    const isScanner = scan.response !== undefined;
    // Who was not the first may try all the same.
    if (!isScanner && !random.chance(0.2)) return;
    await think(0, thinking);
    if (random.chance(0.15)) await tried(() => calls.cancel(at(user), user, ticket));
    else await tried(() => calls.authorize(at(user), user, ticket));
  }

  async function exchange(who: string): Promise<void> {
    const isPatient = random.chance(0.9);
    for (let reads = 0; isPatient && reads < 10; reads++) {
      await think(thinking / 4, thinking);
      const read = await calls.status(at(who), ticket);
      if (read.state === "AUTHORIZED" || isOver(read)) break;
    }
    // Whoever is told OUTCOME_UNKNOWN should give up, and does not always.
    await tried(
      () => calls.exchange(at(who), ticket),
      ({ reason }) => (reason === "OUTCOME_UNKNOWN" ? random.chance(0.5) : true),
    );
  }

  async function withdraw(): Promise<void> {
    await think(0, 3 * thinking);
    await tried(() => calls.withdraw(at("creator"), ticket));
  }

  /** Reads, and withdraws what is still open, until somebody says that it has ended. */
  async function end(): Promise<void> {
    const until = performance.now() + endPatience;
    for (let pause = 1; ; pause = Math.min(pause * 2, 16)) {
      const read = await calls.status(at("creator"), ticket);
      if (isOver(read)) return;
      if (!read.isUnclear) {
        const left = await calls.withdraw(at("creator"), ticket);
        if (isOver(left)) return;
      }
      if (performance.now() > until) throw new Error(`the login could not be ended in ${endPatience} ms`);
      await rest(pause / 2, pause);
    }
  }

  async function tried<T>(
    call: () => Promise<Outcome<T>>,
    again: (outcome: Outcome<T>) => boolean = () => true,
  ): Promise<Outcome<T>> {
    let outcome = await call();
    for (let tries = 1; outcome.isUnclear && tries < maxTries && again(outcome); tries++) {
      await rest(0.5, 8);
      outcome = await call();
    }
    return outcome;
  }
}
