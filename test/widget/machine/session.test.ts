import { describe, expect, it } from "vitest";
import { type SessionEvent, type SessionState, stepSession } from "../../../src/widget/machine/session.js";
import type { Source } from "../../../src/widget/machine/step.js";
import {
  effectNames,
  errors,
  expiryOf,
  hidden,
  imageTimerOf,
  newCode,
  sessionStates,
  sourceKinds,
  sourceOrStale,
  statuses,
  visible,
} from "./machine_fixture.js";

const request = (state: SessionState) =>
  sourceOrStale(state, "challenge", "create", "stream", "status", "complete", "exchange");

/** Every event, as the sources of a state send it. A source that the state lacks is one of an earlier state. */
const events = {
  restart: () => ({ kind: "restart" }),
  stop: () => ({ kind: "stop" }),
  lifecycle: (state) => ({ kind: "lifecycle", source: sourceOrStale(state, "lifecycle") }),
  timer: (state) => ({ kind: "timer", source: sourceOrStale(state, "timer") }),
  challenge: (state) => ({
    kind: "challenge",
    source: sourceOrStale(state, "challenge"),
    result: "challenge",
  }),
  create: (state) => ({ kind: "create", source: sourceOrStale(state, "create"), result: newCode() }),
  transient: (state) => ({ kind: "failed", source: request(state), error: errors.busy }),
  permanent: (state) => ({ kind: "failed", source: request(state), error: errors.permanent }),
  challengeFailed: (state) => ({ kind: "failed", source: request(state), error: errors.challenge }),
  gone: (state) => ({ kind: "failed", source: request(state), error: errors.gone }),
  imageLoaded: () => ({ kind: "imageLoaded" }),
  imageFailed: () => ({ kind: "imageFailed" }),
  imageReported: () => ({ kind: "imageReported" }),
  imageExpiry: (state) => ({ kind: "timer", source: expiryOf(state) }),
  imageTimer: (state) => ({ kind: "timer", source: imageTimerOf(state) }),
  streamLost: (state) => ({ kind: "streamLost", source: sourceOrStale(state, "stream") }),
  status: (state) => ({
    kind: "status",
    source: sourceOrStale(state, "stream", "status"),
    result: statuses.unknown,
  }),
  reportedStep: () => ({ kind: "reported", status: statuses.secondStep }),
  reportedScanned: () => ({ kind: "reported", status: statuses.scanned }),
  reportedAwaiting: () => ({ kind: "reported", status: statuses.awaiting }),
  reportedAuthorized: () => ({ kind: "reported", status: statuses.authorized }),
  reportedDeclined: () => ({ kind: "reported", status: statuses.declined }),
  reportedFailed: () => ({ kind: "reported", status: statuses.checkCodeFailed }),
  typed: () => ({ kind: "checkCodeTyped", checkCode: "123456" }),
  submitted: (state) => ({
    ...{ kind: "submitCheckCode", source: sourceOrStale(state, "submitCheckCode"), result: {} },
  }),
  wrongCode: (state) => ({
    ...{ kind: "failed", source: sourceOrStale(state, "submitCheckCode"), error: errors.wrongCode },
  }),
  reportedExpired: () => ({ kind: "reported", status: statuses.expired }),
  complete: (state) => ({ kind: "complete", source: sourceOrStale(state, "complete"), result: "user" }),
  exchange: (state) => ({
    ...{ kind: "exchange", source: sourceOrStale(state, "exchange") },
    result: { user: { sub: "alice" }, userPoolId: "customers", approval: null, tokenSet: null },
  }),
} satisfies Record<string, (state: SessionState) => SessionEvent>;
type EventName = keyof typeof events;
type StateName = keyof typeof sessionStates;

/** Next state, with its sources if they change, and then the effects. */
type Cell = readonly [next: string, ...effects: readonly string[]];
type Row = Partial<Record<EventName, Cell>>;

const loading: Cell = ["loading: challenge", "show loading"];
const failed: Cell = ["ended: none", "setOnline", "onCodeLoadFailed", "show failed", "onError"];
const retrying: Cell = ["loading: timer", "setOnline", "onCodeLoadFailed"];

const withoutCode: Row = {
  restart: [...loading, "onRetry"],
  stop: ["stopped: none"],
};

const requesting: Row = {
  ...withoutCode,
  transient: retrying,
  permanent: failed,
  gone: failed,
  challengeFailed: retrying,
};

const withCode: Row = {
  restart: ["loading: challenge", "withdraw", "onCodeDestroyed", "show loading", "onRetry"],
  stop: ["stopped: none", "withdraw", "onCodeDestroyed"],
};

const renewed: Cell = ["loading: challenge", "onCodeDestroyed", "setOnline", "show loading"];
const endedWith = (view: string, callback: string): Cell => [
  ...(["ended: none", "onCodeDestroyed", "setOnline"] as const),
  ...[`show ${view}`, callback],
];

const unscanned: Row = {
  ...withCode,
  lifecycle: ["watching with image: stream+timer"],
  imageLoaded: ["watching with image", "onCodeLoaded"],
  imageFailed: ["ignored", "onCodeLoadFailed", "continue"],
  reportedScanned: ["watching", "show scanned", "onScanned", "continue"],
  reportedAuthorized: ["watching", "show scanned", "onScanned", "continue"],
  reportedStep: ["watching with image: stream+timer+timer", "onCodeChange", "loadImage"],
  reportedAwaiting: ["watching", "show scanned", "onScanned", "continue"],
  reportedDeclined: endedWith("cancelled", "onCancel"),
  reportedFailed: endedWith("checkCodeFailed", "onError"),
  reportedExpired: renewed,
};

const waiting: Row = {
  ...unscanned,
  imageReported: ["watching without image: stream+timer+timer"],
  timer: ["watching with image: timer"],
  streamLost: ["watching with image: timer"],
  status: ["watching with image: stream+timer", "setOnline", "onResult", "continue"],
  gone: renewed,
};

/** Ends of a ticket that is scanned. */
const approvable: Row = {
  reportedAuthorized: endedWith("succeeded", "onSuccess"),
  reportedDeclined: endedWith("cancelled", "onCancel"),
  reportedFailed: endedWith("checkCodeFailed", "onError"),
  reportedExpired: renewed,
};

// An event without a row is ignored.
const expected: Record<StateName, Row> = {
  phone: { restart: [...loading, "onRetry"], stop: ["stopped"] },
  hidden: { ...withoutCode, lifecycle: loading },
  challenging: { ...requesting, challenge: ["loading: create"] },
  creating: {
    ...requesting,
    create: ["watching with image: stream+timer", "setOnline", "show waiting", "onCodeShow"],
  },
  retrying: { ...withoutCode, timer: loading, lifecycle: loading },
  waiting,
  lastWaiting: {
    ...waiting,
    gone: endedWith("failed", "onError"),
    reportedExpired: endedWith("expired", "onExpired"),
  },
  offline: {
    ...unscanned,
    imageReported: ["watching without image: timer+timer"],
    timer: ["watching with image: stream+timer"],
    reportedStep: ["watching with image: timer+timer", "onCodeChange", "loadImage"],
  },
  suspended: {
    ...unscanned,
    imageReported: ["watching without image: timer"],
    reportedStep: ["watching with image: timer", "onCodeChange", "loadImage"],
  },
  imageMissing: {
    ...waiting,
    lifecycle: ["watching with image: stream+timer", "loadImage"],
    imageTimer: ["watching with image: stream+timer", "loadImage"],
    imageLoaded: ["watching with image: stream+timer", "onCodeLoaded"],
    // The image of a scanned code is not shown, so it is not loaded again.
    reportedScanned: ["watching: stream+timer", "show scanned", "onScanned", "continue"],
    reportedAuthorized: ["watching: stream+timer", "show scanned", "onScanned", "continue"],
    reportedAwaiting: ["watching: stream+timer", "show scanned", "onScanned", "continue"],
    timer: ["watching without image: timer+timer"],
    streamLost: ["watching without image: timer+timer"],
    status: ["watching without image: stream+timer+timer", "setOnline", "onResult", "continue"],
  },
  imageFailing: {
    ...waiting,
    imageReported: ["ended: none", "withdraw", "onCodeDestroyed", "show failed", "onError"],
  },
  changing: {
    ...waiting,
    lifecycle: ["watching with image: stream+timer+timer"],
    imageReported: ["watching without image: stream+timer+timer+timer"],
    imageExpiry: ["watching: stream+timer", "coverImage"],
    timer: ["watching with image: timer+timer"],
    streamLost: ["watching with image: timer+timer"],
    status: ["watching with image: stream+timer+timer", "setOnline", "onResult", "continue"],
    reportedScanned: ["watching: stream+timer", "show scanned", "onScanned", "continue"],
    reportedAuthorized: ["watching: stream+timer", "show scanned", "onScanned", "continue"],
    reportedAwaiting: ["watching: stream+timer", "show scanned", "onScanned", "continue"],
  },
  outdated: {
    ...waiting,
    // The image is covered, so nothing reports or loads it.
    imageLoaded: ["ignored"],
    imageFailed: ["ignored"],
    imageReported: ["ignored"],
    lifecycle: ["watching: stream+timer"],
    timer: ["watching: timer"],
    streamLost: ["watching: timer"],
    status: ["watching: stream+timer", "setOnline", "onResult", "continue"],
  },
  scanned: {
    ...withCode,
    lifecycle: ["watching: stream+timer"],
    timer: ["watching: timer"],
    streamLost: ["watching: timer"],
    status: ["watching: stream+timer", "setOnline", "onResult", "continue"],
    gone: renewed,
    reportedAwaiting: ["watching", "show checkCode", "onCheckCode"],
    ...approvable,
  },
  awaiting: {
    ...withCode,
    lifecycle: ["watching: stream+timer"],
    timer: ["watching: timer"],
    streamLost: ["watching: timer"],
    status: ["watching: stream+timer", "setOnline", "onResult", "continue"],
    gone: renewed,
    typed: ["watching: stream+timer+submitCheckCode", "show checkCode"],
    reportedAwaiting: ["ignored", "onCheckCode"],
    ...approvable,
  },
  submitting: {
    ...withCode,
    lifecycle: ["watching: stream+timer+submitCheckCode"],
    timer: ["watching: timer+submitCheckCode"],
    streamLost: ["watching: timer+submitCheckCode"],
    status: ["watching: stream+timer+submitCheckCode", "setOnline", "onResult", "continue"],
    gone: renewed,
    wrongCode: ["watching: stream+timer", "show checkCode"],
    reportedAwaiting: ["ignored", "onCheckCode"],
    ...approvable,
  },
  completing: {
    ...withCode,
    complete: endedWith("succeeded", "onSuccess"),
    transient: ["completing: timer", "setOnline"],
    permanent: endedWith("failed", "onError"),
    challengeFailed: endedWith("failed", "onError"),
    gone: endedWith("failed", "onError"),
  },
  retryingCompletion: {
    ...withCode,
    timer: ["completing: complete", "show loading"],
    lifecycle: ["completing: complete", "show loading"],
  },
  ended: { restart: [...loading, "onRetry"], stop: ["stopped"] },
  stopped: {},
};

/** Returns the default of an event: it is ignored. A code that nobody waits for is withdrawn. */
const ignored = (event: string): Cell => (event === "create" ? ["ignored", "withdraw"] : ["ignored"]);

const rows = Object.entries(sessionStates).flatMap(([name, state]) =>
  Object.entries(events).map(([event, toEvent]) => ({
    ...{ name, event, toEvent, state: state as SessionState },
    cell: expected[name as StateName][event as EventName] ?? ignored(event),
  })),
);

function describeState(state: SessionState, before: SessionState): string {
  if (state === before) return "ignored";
  const kind = state.kind === "active" ? state.ticket.kind : state.kind;
  const image = state.kind === "active" && state.image;
  const withImage = image ? (image.timer ? " without image" : " with image") : "";
  const isSame =
    sourceKinds(state) === sourceKinds(before) &&
    state.sources.every((each) => (before.sources as readonly Source[]).includes(each));
  return kind + withImage + (isSame ? "" : `: ${sourceKinds(state)}`);
}

describe("the state machine of a session", () => {
  it.each(rows)(
    "the event $event in the state $name does what the table says",
    ({ state, toEvent, cell }) => {
      const step = stepSession(state, toEvent(state), visible);
      expect([describeState(step[0], state), ...effectNames(step)]).toEqual(cell);
    },
  );

  it.each(["hidden", "retrying", "suspended", "imageMissing"] as const)(
    "no event of a source goes on in the state %s while the page is hidden",
    (name) => {
      const state = sessionStates[name];
      for (const toEvent of [events.lifecycle, events.timer, events.imageTimer]) {
        const [next, ...effects] = stepSession(state, toEvent(state), hidden);
        const requests = next.sources.filter(({ kind }) => kind !== "lifecycle" && kind !== "timer");
        expect(requests.filter((source) => !(state.sources as readonly Source[]).includes(source))).toEqual(
          [],
        );
        expect(effects).toEqual([]);
      }
    },
  );
});
