import { describe, expect, it } from "vitest";
import type { Context } from "../../../src/widget/machine/step.js";
import { stepTicket, type TicketEvent, type TicketState } from "../../../src/widget/machine/ticket.js";
import { startWatching, type Watching } from "../../../src/widget/machine/watching.js";
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
const submission = (state: TicketState) => sourceOrStale(state, "submitCheckCode");

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
  typed: () => ({ kind: "checkCodeTyped", checkCode: "123456" }),
  submitted: (state) => ({ kind: "submitCheckCode", source: submission(state), result: {} }),
  wrongCode: (state) => ({ kind: "failed", source: submission(state), error: errors.wrongCode }),
  lastWrongCode: (state) => ({ kind: "failed", source: submission(state), error: errors.lastWrongCode }),
  notSubmitted: (state) => ({ kind: "failed", source: submission(state), error: errors.offline }),
  submittedTooLate: (state) => ({ kind: "failed", source: submission(state), error: errors.gone }),
  stop: () => ({ kind: "stop" }),
  reportedPending: () => ({ kind: "reported", status: statuses.pending }),
  reportedStep: () => ({ kind: "reported", status: statuses.secondStep }),
  reportedScanned: () => ({ kind: "reported", status: statuses.scanned }),
  reportedAuthorized: () => ({ kind: "reported", status: statuses.authorized }),
  reportedForGateway: () => ({ kind: "reported", status: statuses.authorizedForGateway }),
  reportedAwaiting: () => ({ kind: "reported", status: statuses.awaiting }),
  reportedAgain: () => ({ kind: "reported", status: statuses.awaitingAgain }),
  reportedDeclined: () => ({ kind: "reported", status: statuses.declined }),
  reportedFailed: () => ({ kind: "reported", status: statuses.checkCodeFailed }),
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
const awaiting = next(scanned, "reportedAwaiting");
const submitting = next(awaiting, "typed");
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
  secondStep: next(streaming, "reportedStep"),
  scanned,
  awaiting,
  awaitingAgain: next(submitting, "wrongCode"),
  submitting,
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
const codeFailed: Cell = ["ended checkCodeFailed: none", "onError"];
const connected: Cell = ["watching: stream+timer"];
const polled: Cell = ["watching: timer", "setOnline", "onResult", "continue"];

/** Statuses that lead on from a ticket nobody has scanned. */
const unscanned = {
  reportedScanned: ["scanned", "show scanned", "onScanned", "continue"],
  reportedAuthorized: ["scanned", "show scanned", "onScanned", "continue"],
  reportedForGateway: ["scanned", "show scanned", "onScanned", "continue"],
  reportedAwaiting: ["scanned", "show scanned", "onScanned", "continue"],
  reportedAgain: ["scanned", "show scanned", "onScanned", "continue"],
  reportedStep: ["watching", "onCodeChange"],
  reportedFailed: codeFailed,
  reportedDeclined: ["ended cancelled: none", "onCancel"],
  reportedWithdrawn: expired,
  reportedExpired: expired,
  reportedExchanged: expired,
  stop: stopped,
} satisfies Partial<Record<EventName, Cell>>;

/** Statuses after the approval, and those that end the ticket. */
const approved = {
  ...unscanned,
  reportedStep: ["ignored"],
  reportedScanned: ["ignored"],
  reportedAuthorized: ["ended succeeded: none", "onSuccess"],
  reportedForGateway: ["completing: complete", "show loading"],
  gone: lostTicket,
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
  secondStep: {
    ...unscanned,
    lifecycle: connected,
    timer: ["watching: timer"],
    streamLost: ["watching: timer"],
    status: ["watching: stream+timer", "setOnline", "onResult", "continue"],
    gone: lostTicket,
    reportedStep: ["ignored"],
  },
  scanned: {
    ...approved,
    lifecycle: ["scanned: stream+timer"],
    timer: ["scanned: timer"],
    streamLost: ["scanned: timer"],
    status: ["scanned: stream+timer", "setOnline"],
    reportedAwaiting: ["scanned, 3 left: stream+timer", "show checkCode", "onCheckCode"],
    reportedAgain: ["scanned, 2 left: stream+timer", "show checkCode", "onCheckCode"],
  },
  awaiting: {
    ...approved,
    lifecycle: ["scanned, 3 left: stream+timer"],
    timer: ["scanned, 3 left: timer"],
    streamLost: ["scanned, 3 left: timer"],
    status: ["scanned, 3 left: stream+timer", "setOnline"],
    typed: ["scanned, 3 left, submitting: stream+timer+submitCheckCode", "show checkCode"],
    reportedAwaiting: ["ignored", "onCheckCode"],
    reportedAgain: ["scanned, 2 left, wrong: stream+timer", "show checkCode", "onCheckCode"],
  },
  awaitingAgain: {
    ...approved,
    lifecycle: ["scanned, 2 left, wrong: stream+timer"],
    timer: ["scanned, 2 left, wrong: timer"],
    streamLost: ["scanned, 2 left, wrong: timer"],
    status: ["scanned, 2 left, wrong: stream+timer", "setOnline"],
    typed: ["scanned, 2 left, submitting: stream+timer+submitCheckCode", "show checkCode"],
    // The status may be older than the response to the wrong code.
    reportedAwaiting: ["ignored", "onCheckCode"],
    reportedAgain: ["ignored", "onCheckCode"],
  },
  submitting: {
    ...approved,
    // The request goes on whatever becomes of the stream.
    lifecycle: ["scanned, 3 left, submitting: stream+timer+submitCheckCode"],
    timer: ["scanned, 3 left, submitting: timer+submitCheckCode"],
    streamLost: ["scanned, 3 left, submitting: timer+submitCheckCode"],
    status: ["scanned, 3 left, submitting: stream+timer+submitCheckCode", "setOnline"],
    submitted: ["ignored"],
    wrongCode: ["scanned, 2 left, wrong: stream+timer", "show checkCode"],
    lastWrongCode: codeFailed,
    notSubmitted: ["scanned, 3 left, notChecked: stream+timer", "show checkCode"],
    submittedTooLate: lostTicket,
    reportedAwaiting: ["ignored", "onCheckCode"],
    reportedAgain: ["scanned, 2 left, wrong: stream+timer", "show checkCode", "onCheckCode"],
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
  const kind = state.kind === "watching" ? describeWatch(state) : state.kind;
  const end = state.kind === "ended" ? ` ${state.view.kind}${state.isRenewable ? ", renewable" : ""}` : "";
  return kind + end + (state.sources === before.sources ? "" : `: ${sourceKinds(state)}`);
}

function describeWatch({ isScanned, entry }: Watching): string {
  if (!entry) return isScanned ? "scanned" : "watching";
  const { attemptsLeft, isSubmitting, problem } = entry.view;
  const parts = [`${attemptsLeft} left`, isSubmitting && "submitting", problem];
  return ["scanned", ...parts.filter(Boolean)].join(", ");
}

describe("the state machine of a ticket", () => {
  it.each(rows)(
    "the event $event in the state $name does what the table says",
    ({ state, toEvent, cell }) => {
      const step = stepTicket(state, toEvent(state), visible);
      const next = step[0] === state ? "ignored" : describeState(step[0], state);
      expect([next, ...effectNames(step)]).toEqual(cell);
    },
  );
});
