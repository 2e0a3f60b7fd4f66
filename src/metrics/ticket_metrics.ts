import type { Clock } from "../base/clock.js";
import { isTerminal, type Ticket, type TicketState } from "../domain/ticket.js";
import type { TicketObserver } from "../service/ticket_observer.js";
import { undeclared } from "./instruments.js";
import { RecentMap } from "./recent_map.js";
import type { MetricsRegistry } from "./registry.js";

/** Upper bounds of the times that people take, in seconds. */
const bounds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600] as const;

/** Largest number of tickets whose times are known. Those that were written longest ago are forgotten. */
const maxTimedTickets = 50_000;

/** Number of apps with a label of their own. Further ones count together. */
const maxApps = 100;

/** Moments of a ticket, as far as this process has seen them. */
interface TicketTimes {
  readonly createdAt: number | undefined;
  readonly since: number;
}

/** States in which a ticket is live. */
const liveStates: readonly TicketState[] = ["PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"];

export interface TicketMetricsOptions {
  /** Clock of the tickets. */
  readonly clock: Clock;
  /** True if every write of every ticket passes here, as with the embedded store. */
  readonly seesAllWrites: boolean;
}

/** Observer of the tickets. */
export interface TicketMetrics extends TicketObserver {
  /** Called with the ids of the apps at the start and after each reload. */
  onApps(appIds: readonly string[]): void;
}

/**
 * Creates the metrics of sign-ins: the funnel, and the times between its events. The times are those between two writes
 * of this process. With several processes on one Redis they are a sample, since the next write may be another's.
 */
export function createTicketMetrics(
  registry: MetricsRegistry,
  { clock, seesAllWrites }: TicketMetricsOptions,
): TicketMetrics {
  const events = registry.counter({
    name: "qrlogin_tickets_total",
    help: "Events of sign-ins, each with the state that it ended.",
    labels: ["event", "from"],
    series: transitions.flatMap(([event, ...states]) => states.map((from) => ({ event, from }))),
  });
  const eventsOfApps = registry.counter({
    name: "qrlogin_app_tickets_total",
    help: "Events of sign-ins by app.",
    labels: ["app", "event"],
  });
  const steps = registry.histogram({
    name: "qrlogin_ticket_step_seconds",
    help: "Time that a sign-in takes for a step.",
    labels: ["step"],
    series: ["scan", "decision", "check_code", "exchange", "sign_in"].map((step) => ({ step })),
    bounds,
  });
  let apps: ReadonlySet<string> = new Set();
  const times = new RecentMap<TicketTimes>(maxTimedTickets);
  const live = seesAllWrites
    ? registry.gauge({
        name: "qrlogin_live_tickets",
        help: "Live tickets by state.",
        labels: ["state"],
        series: liveStates.map((state) => ({ state })),
      })
    : undefined;

  function observeTimes({ id, state }: Ticket, previous: Ticket | undefined): void {
    const now = clock.now();
    const before = previous && times.get(id);
    const step = previous && stepOf(state, previous.state);
    if (before && step !== undefined) steps.with({ step }).observe((now - before.since) / 1_000);
    if (before?.createdAt !== undefined && state === "EXCHANGED")
      steps.with({ step: "sign_in" }).observe((now - before.createdAt) / 1_000);
    if (state === previous?.state) return;
    if (isTerminal(state)) times.delete(id);
    else times.set(id, { createdAt: previous ? before?.createdAt : now, since: now });
  }

  function declareApp(app: string): void {
    for (const [event] of transitions) eventsOfApps.declare({ app, event });
  }
  declareApp(undeclared);

  return {
    onApps(appIds) {
      const configured = new Set(appIds.slice(0, maxApps));
      for (const app of apps) {
        if (!configured.has(app)) for (const [event] of transitions) eventsOfApps.remove({ app, event });
      }
      for (const app of [undeclared, ...configured]) declareApp(app);
      apps = configured;
    },
    onWrite(ticket, previous) {
      const event = eventOf(ticket, previous);
      events.with({ event, from: previous?.state ?? "" }).add();
      eventsOfApps.with({ app: apps.has(ticket.appId) ? ticket.appId : undeclared, event }).add();
      observeTimes(ticket, previous);
      if (!live) return;
      if (previous) live.with({ state: previous.state }).add(-1);
      if (!isTerminal(ticket.state)) live.with({ state: ticket.state }).add(1);
    },
  };
}

const transitions: readonly (readonly [event: string, ...from: (TicketState | "")[]])[] = [
  ["created", ""],
  ["scanned", "PENDING"],
  ["check_code_shown", "SCANNED"],
  ["check_code_wrong", "AWAITING_CHECK_CODE"],
  ["check_code_failed", "AWAITING_CHECK_CODE"],
  ["authorized", "SCANNED", "AWAITING_CHECK_CODE"],
  ["exchanged", "AUTHORIZED"],
  ["declined", "SCANNED", "AWAITING_CHECK_CODE"],
  ["withdrawn", "PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"],
  ["expired", "PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"],
];

/** Returns the name of the event that a write is. */
function eventOf({ state, cancelReason }: Ticket, previous: Ticket | undefined): string {
  if (!previous) return "created";
  switch (state) {
    case "PENDING":
      return "unchanged";
    case "SCANNED":
      return "scanned";
    case "AWAITING_CHECK_CODE":
      return previous.state === "SCANNED" ? "check_code_shown" : "check_code_wrong";
    case "AUTHORIZED":
      return "authorized";
    case "EXCHANGED":
      return "exchanged";
    case "EXPIRED":
      return "expired";
    case "CANCELLED":
      return cancelReason === "CANCELLED_BY_APPROVER"
        ? "declined"
        : cancelReason === "CHECK_CODE_FAILED"
          ? "check_code_failed"
          : "withdrawn";
  }
}

/** Returns the name of the step that a person completes with a change of state, if any. */
function stepOf(state: TicketState, previous: TicketState): string | undefined {
  if (previous === "PENDING" && state === "SCANNED") return "scan";
  if (previous === "SCANNED" && state !== "EXPIRED") return "decision";
  if (previous === "AWAITING_CHECK_CODE" && state === "AUTHORIZED") return "check_code";
  return previous === "AUTHORIZED" && state === "EXCHANGED" ? "exchange" : undefined;
}
