import {
  type CodeStep,
  GatewayError,
  type PageStatus,
  type QrCode,
} from "../../../src/widget/api_results.js";
import {
  type SessionEvent,
  type SessionState,
  startSession,
  stepSession,
} from "../../../src/widget/machine/session.js";
import type { Context, Source, Step } from "../../../src/widget/machine/step.js";

export const noon = Date.UTC(2026, 0, 1, 12);

/** Page that is shown, in a browser with EventSource. */
export const visible: Context = {
  now: noon,
  isVisible: true,
  isOnline: true,
  canUseEventSource: true,
  isPhone: false,
  intervalMs: 800,
  renewals: 1,
  autoExchangeUserInfo: false,
};
export const hidden: Context = { ...visible, isVisible: false };
export const onPhone: Context = { ...visible, isPhone: true };
export const withoutEventSource: Context = { ...visible, canUseEventSource: false };

export const scannedBy = { nickname: "alice", photoUrl: "https://photos.example.com/alice" };

let codes = 0;

/** Step of a code that changes every 10 seconds. */
export function stepOf(step: number): CodeStep {
  return {
    step,
    qrContent: `content ${step}`,
    pictures: { svg: `/step-${step}.svg`, png: `/step-${step}.png` },
    remainingMs: 10_000,
    url: `https://login.example.com/step-${step}.svg`,
  };
}

export function newCode(qrCode: CodeStep | null = null): QrCode {
  const handle = `handle-${++codes}`;
  return {
    handle,
    ticketId: "ticket",
    app: { name: "Example Shop", logo: null },
    qrContent: "content",
    pictures: { svg: "/code.svg", png: "/code.png" },
    expiresAt: "2026-01-01T12:02:00Z",
    remainingMs: 120_000,
    minPollIntervalMs: 1_000,
    qrCode,
    url: `https://login.example.com/${handle}.svg`,
  };
}

export function statusIn(state: string, fields: Partial<PageStatus> = {}): PageStatus {
  return {
    ticketId: "ticket",
    state,
    revision: ["PENDING", "SCANNED", "AUTHORIZED"].indexOf(state) + 1,
    expiresAt: "2026-01-01T12:02:00Z",
    remainingMs: 120_000,
    scannedBy: state === "PENDING" ? null : scannedBy,
    exchangeTicket: state === "AUTHORIZED" ? "exchange-ticket" : null,
    cancelReason: null,
    checkCode: null,
    qrCode: null,
    ...fields,
  };
}

/** Statuses by name. Those with an exchange ticket end without a further request. */
export const statuses = {
  pending: statusIn("PENDING"),
  secondStep: statusIn("PENDING", { qrCode: stepOf(2) }),
  scanned: statusIn("SCANNED"),
  awaiting: statusIn("AWAITING_CHECK_CODE", { revision: 3, checkCode: { digits: 6, attemptsLeft: 3 } }),
  awaitingAgain: statusIn("AWAITING_CHECK_CODE", { revision: 4, checkCode: { digits: 6, attemptsLeft: 2 } }),
  authorized: statusIn("AUTHORIZED"),
  authorizedForGateway: statusIn("AUTHORIZED", { exchangeTicket: null }),
  declined: statusIn("CANCELLED", { cancelReason: "CANCELLED_BY_APPROVER" }),
  checkCodeFailed: statusIn("CANCELLED", { cancelReason: "CHECK_CODE_FAILED" }),
  withdrawn: statusIn("CANCELLED", { cancelReason: "WITHDRAWN_BY_CREATOR" }),
  expired: statusIn("EXPIRED"),
  exchanged: statusIn("EXCHANGED"),
  unknown: statusIn("STATE_OF_A_LATER_RELEASE"),
};

export const errors = {
  offline: new GatewayError("OFFLINE", "no network"),
  busy: new GatewayError("RATE_LIMITED", "too fast", 30_000),
  permanent: new GatewayError("ORIGIN_NOT_ALLOWED", "not from here"),
  gone: new GatewayError("TICKET_NOT_FOUND", "there is no such ticket"),
  wrongCode: new GatewayError("CHECK_CODE_MISMATCH", "the check code is wrong", undefined, 2),
  lastWrongCode: new GatewayError("CHECK_CODE_MISMATCH", "the check code is wrong", undefined, 0),
  challenge: new GatewayError("CODE_CHALLENGE_FAILED", "the page's codeChallenge failed"),
};

/** Returns the source of this kind that a state has; throws if it has none. */
export function sourceOf(state: { readonly sources: readonly Source[] }, kind: Source["kind"]): Source {
  const source = state.sources.find((each) => each.kind === kind);
  if (!source) throw new Error(`no source ${kind} in ${JSON.stringify(state)}`);
  return source;
}

/** Source that no state has: an earlier request, stream or timer. */
export const staleSource: Source = { kind: "timer" };

/** Returns the state's source of one of these kinds, or the source of an earlier state if it has none. */
export const sourceOrStale = (
  { sources }: { readonly sources: readonly Source[] },
  ...kinds: readonly Source["kind"][]
): Source => sources.find(({ kind }) => kinds.includes(kind)) ?? staleSource;

/** Kinds of the sources of a state, without `lifecycle`. */
export const sourceKinds = ({ sources }: { readonly sources: readonly Source[] }): string =>
  sources.length === 0
    ? "none"
    : sources
        .map(({ kind }) => kind)
        .filter((kind, _, { length }) => length === 1 || kind !== "lifecycle")
        .join("+");

/** Returns the names of the effects of a step. `show` is followed by the state of the view. */
export const effectNames = ([, ...effects]: Step<unknown, unknown>): readonly string[] =>
  effects.map((effect) => (effect[0] === "show" ? `show ${effect[1].kind}` : effect[0]));

type ToEvent = (state: SessionState) => SessionEvent;

/** Takes steps of a session, with the effect `continue` and no other. */
export function runSession(
  state: SessionState,
  events: readonly ToEvent[],
  context: Context = visible,
): SessionState {
  return events.reduce((current, toEvent) => {
    let [next, ...effects] = stepSession(current, toEvent(current), context);
    for (let last = effects.at(-1); last?.[0] === "continue"; last = effects.at(-1))
      [next, ...effects] = stepSession(next, last[1], context);
    return next;
  }, state);
}

export const challenged: ToEvent = (state) => ({
  kind: "challenge",
  source: sourceOf(state, "challenge"),
  result: undefined,
});
export const created: ToEvent = (state) => ({
  kind: "create",
  source: sourceOf(state, "create"),
  result: newCode(),
});
/** Creates a code that changes. */
export const createdChanging: ToEvent = (state) => ({
  kind: "create",
  source: sourceOf(state, "create"),
  result: newCode(stepOf(1)),
});
export const typed: ToEvent = () => ({ kind: "checkCodeTyped", checkCode: "123456" });
export const failed =
  (kind: Source["kind"], error: GatewayError): ToEvent =>
  (state) => ({ kind: "failed", source: sourceOf(state, kind), error });
export const streamed =
  (status: PageStatus): ToEvent =>
  (state) => ({ kind: "status", source: sourceOf(state, "stream"), result: status });
export const polled =
  (status: PageStatus): ToEvent =>
  (state) => ({ kind: "status", source: sourceOf(state, "status"), result: status });
export const elapsed: ToEvent = (state) => ({ kind: "timer", source: sourceOf(state, "timer") });
export const lost: ToEvent = (state) => ({ kind: "streamLost", source: sourceOf(state, "stream") });

export const imageFailed: ToEvent = () => ({ kind: "imageFailed" });
export const imageElapsed: ToEvent = (state) => ({ kind: "timer", source: imageTimerOf(state) });

/** Returns the timer after which an image that changes must not be shown. */
export function expiryOf(state: SessionState): Source {
  return (state.kind === "active" && state.image?.expiry) || staleSource;
}
export const outdated: ToEvent = (state) => ({ kind: "timer", source: expiryOf(state) });

/** Returns the timer of an image that is to be loaded again. */
export function imageTimerOf(state: SessionState): Source {
  return (state.kind === "active" && state.image?.timer) || staleSource;
}

const [challenging] = startSession(visible);
const waiting = runSession(challenging, [challenged, created]);
const lastWaiting = runSession(startSession({ ...visible, renewals: 0 })[0], [challenged, created]);
const changing = runSession(challenging, [challenged, createdChanging]);
const awaiting = runSession(waiting, [streamed(statuses.awaiting)]);
const completing = runSession(waiting, [streamed(statuses.authorizedForGateway)]);
const threeFailures = [imageFailed, imageElapsed, imageFailed, imageElapsed, imageFailed, imageElapsed];

/** Every state of a session, reached by events. */
export const sessionStates = {
  phone: startSession(onPhone)[0],
  hidden: startSession(hidden)[0],
  challenging,
  creating: runSession(challenging, [challenged]),
  retrying: runSession(challenging, [challenged, failed("create", errors.offline)]),
  waiting,
  /** No renewals are left. */
  lastWaiting,
  offline: runSession(waiting, [lost, elapsed, failed("status", errors.offline)]),
  suspended: runSession(
    waiting,
    [(state) => ({ kind: "lifecycle", source: sourceOf(state, "lifecycle") })],
    hidden,
  ),
  imageMissing: runSession(waiting, [imageFailed]),
  /** The next failure of the image is the last. */
  imageFailing: runSession(waiting, threeFailures),
  /** The code changes. */
  changing,
  /** No newer code has arrived in time. */
  outdated: runSession(changing, [outdated]),
  scanned: runSession(waiting, [streamed(statuses.scanned)]),
  /** The user types the check code. */
  awaiting,
  submitting: runSession(awaiting, [typed]),
  completing,
  retryingCompletion: runSession(completing, [failed("complete", errors.offline)]),
  ended: runSession(lastWaiting, [streamed(statuses.expired)]),
  stopped: runSession(waiting, [() => ({ kind: "stop" })]),
} satisfies Record<string, SessionState>;
