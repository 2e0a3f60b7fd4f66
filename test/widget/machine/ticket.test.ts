import { describe, expect, it } from "vitest";
import type { Context } from "../../../src/widget/machine/step.js";
import { stepTicket, type TicketEvent, type TicketState } from "../../../src/widget/machine/ticket.js";
import { startWatching } from "../../../src/widget/machine/watching.js";
import {
  effectNames,
  errors,
  hidden,
  sourceKinds,
  sourceOrStale,
  statuses,
  visible,
  withoutEventSource,
} from "./machine_fixture.js";

const request = (state: TicketState) => sourceOrStale(state, "stream", "status", "complete", "exchange");

/** Every event, as the sources of a state send it. A source that the state lacks is one of an earlier state. */
const events = {
  lifecycle: (state) => ({ kind: "lifecycle", source: sourceOrStale(state, "lifecycle") }),
  timer: (state) => ({ kind: "timer", source: sourceOrStale(state, "timer") }),
  streamLost: (state) => ({ kind: "streamLost", source: sourceOrStale(state, "stream") }),
  status: (state) => ({
    kind: "status",
    source: sourceOrStale(state, "stream", "status"),
    result: statuses.scanned,
  }),
  transient: (state) => ({ kind: "failed", source: request(state), error: errors.busy }),
  permanent: (state) => ({ kind: "failed", source: request(state), error: errors.permanent }),
  gone: (state) => ({ kind: "failed", source: request(state), error: errors.gone }),
  complete: (state) => ({ kind: "complete", source: sourceOrStale(state, "complete"), result: "user" }),
  exchange: (state) => ({
    ...{ kind: "exchange", source: sourceOrStale(state, "exchange") },
    result: { user: { sub: "alice" }, userPoolId: "customers", approval: null, tokenSet: null },
  }),
  stop: () => ({ kind: "stop" }),
  reportedPending: () => ({ kind: "reported", status: statuses.pending }),
  reportedScanned: () => ({ kind: "reported", status: statuses.scanned }),
  reportedAuthorized: () => ({ kind: "reported", status: statuses.authorized }),
  reportedForGateway: () => ({ kind: "reported", status: statuses.authorizedForGateway }),
  reportedDeclined: () => ({ kind: "reported", status: statuses.declined }),
  reportedWithdrawn: () => ({ kind: "reported", status: statuses.withdrawn }),
  reportedExpired: () => ({ kind: "reported", status: statuses.expired }),
  reportedExchanged: () => ({ kind: "reported", status: statuses.exchanged }),
  reportedUnknown: () => ({ kind: "reported", status: statuses.unknown }),
} satisfies Record<string, (state: TicketState) => TicketEvent>;
type EventName = keyof typeof events;

const next = (state: TicketState, event: EventName, context: Context = visible): TicketState =>
  stepTicket(state, events[event](state), context)[0];

const streaming = startWatching("handle", 1_000, visible);
const streamingAgain = next(streaming, "status");
const checking = next(streaming, "streamLost");
const checkPolling = next(checking, "timer");
const polling = startWatching("handle", 1_000, withoutEventSource);
const pausing = next(checkPolling, "status");
const offline = next(polling, "transient", withoutEventSource);
const scanned = next(streamingAgain, "reportedScanned");
const completing = next(scanned, "reportedForGateway");
const exchanging = next(scanned, "reportedForGateway", { ...visible, autoExchangeUserInfo: true });
const retrying = next(completing, "transient");

/** Every state of a ticket, reached by events. */
const states = {
  streaming,
  streamingAgain,
  checking,
  checkPolling,
  polling,
  pausing,
  offline,
  suspended: next(streaming, "lifecycle", hidden),
  scanned,
  completing,
  exchanging,
  retrying,
  ended: next(scanned, "reportedExpired"),
  stopped: next(streaming, "stop"),
} satisfies Record<string, TicketState>;
type StateName = keyof typeof states;

/** Next state, with its sources if they change, and then the effects. */
type Cell = readonly [next: string, ...effects: readonly string[]];

const stopped: Cell = ["stopped: none"];
const expired: Cell = ["ended expired, renewable: none", "onExpired"];
const lostTicket: Cell = ["ended failed, renewable: none", "onError"];
const failed: Cell = ["ended failed: none", "onError"];
const connected: Cell = ["watching: stream+timer"];
const polled: Cell = ["watching: timer", "setOnline", "onResult", "continue"];

/** Statuses that lead on from a ticket nobody has scanned. */
const unscanned = {
  reportedScanned: ["scanned", "show scanned", "onScanned", "continue"],
  reportedAuthorized: ["scanned", "show scanned", "onScanned", "continue"],
  reportedForGateway: ["scanned", "show scanned", "onScanned", "continue"],
  reportedDeclined: ["ended cancelled: none", "onCancel"],
  reportedWithdrawn: expired,
  reportedExpired: expired,
  reportedExchanged: expired,
  stop: stopped,
} satisfies Partial<Record<EventName, Cell>>;

// An event without a row is ignored.
const expected: Record<StateName, Partial<Record<EventName, Cell>>> = {
  streaming: {
    ...unscanned,
    lifecycle: connected,
    timer: ["watching: timer"],
    streamLost: ["watching: timer"],
    status: ["watching: stream+timer", "setOnline", "onResult", "continue"],
    gone: lostTicket,
  },
  streamingAgain: {
    ...unscanned,
    lifecycle: connected,
    timer: ["watching: timer"],
    streamLost: ["watching: timer"],
    // A heartbeat repeats the status and is not reported.
    status: ["watching: stream+timer", "setOnline"],
    gone: lostTicket,
  },
  checking: { ...unscanned, lifecycle: connected, timer: ["watching: status"] },
  checkPolling: {
    ...unscanned,
    lifecycle: connected,
    status: polled,
    transient: ["watching: timer", "setOnline"],
    permanent: failed,
    gone: lostTicket,
  },
  polling: {
    ...unscanned,
    lifecycle: connected,
    status: polled,
    transient: ["watching: timer", "setOnline"],
    permanent: failed,
    gone: lostTicket,
  },
  pausing: { ...unscanned, lifecycle: connected, timer: connected },
  offline: { ...unscanned, lifecycle: connected, timer: connected },
  suspended: { ...unscanned, lifecycle: connected },
  scanned: {
    ...unscanned,
    lifecycle: ["scanned: stream+timer"],
    timer: ["scanned: timer"],
    streamLost: ["scanned: timer"],
    status: ["scanned: stream+timer", "setOnline"],
    gone: lostTicket,
    reportedScanned: ["ignored"],
    reportedAuthorized: ["ended succeeded: none", "onSuccess"],
    reportedForGateway: ["completing: complete", "show loading"],
  },
  completing: {
    complete: ["ended succeeded: none", "onSuccess"],
    transient: ["completing: timer", "setOnline"],
    permanent: failed,
    gone: failed,
    stop: stopped,
  },
  exchanging: {
    exchange: ["ended succeeded: none", "onSuccess"],
    transient: ["completing: timer", "setOnline"],
    permanent: failed,
    gone: failed,
    stop: stopped,
  },
  retrying: {
    timer: ["completing: complete", "show loading"],
    lifecycle: ["completing: complete", "show loading"],
    stop: stopped,
  },
  ended: {},
  stopped: {},
};

const rows = Object.entries(states).flatMap(([name, state]) =>
  Object.entries(events).map(([event, toEvent]) => {
    const cell = expected[name as StateName][event as EventName] ?? (["ignored"] as const);
    return { name, state: state as TicketState, event, toEvent, cell };
  }),
);

/** Returns the kind of the next state, and its sources if they have changed. */
function describeState(state: TicketState, before: TicketState): string {
  const kind = state.kind === "watching" && state.isScanned ? "scanned" : state.kind;
  const end = state.kind === "ended" ? ` ${state.view.kind}${state.isRenewable ? ", renewable" : ""}` : "";
  return kind + end + (state.sources === before.sources ? "" : `: ${sourceKinds(state)}`);
}

describe("the state machine of a ticket", () => {
  it.each(rows)(
    "the event $event in the state $name does what the table says",
    ({ state, toEvent, cell }) => {
      const step = stepTicket(state, toEvent(state), visible);
      if (cell[0] === "ignored") {
        expect(step).toHaveLength(1);
        expect(step[0]).toBe(state);
        return;
      }
      expect([describeState(step[0], state), ...effectNames(step)]).toEqual(cell);
    },
  );
});
