import type { GatewayError, QrCode } from "../api_results.js";
import { type CodeImage, startImage } from "./code_image.js";
import type { Effect } from "./effects.js";
import { type Context, isStale, lifecycle, type Source, type Sources, type Step } from "./step.js";
import { type LiveTicket, stepTicket, stopped, type TicketEvent } from "./ticket.js";
import { type StatusReport, startWatching, type Watching } from "./watching.js";

/** Sign-in that shows one code after another until a login ends it or its renewals are used up. */
export type SessionState = WithoutCode | WithCode | typeof stopped;

type WithoutCode =
  | {
      readonly kind: "loading";
      readonly counters: Counters;
      /** Request, or pause after one that failed. Without a timer, the pause lasts until the page is shown. */
      readonly sources: Sources;
    }
  /** The user can request a code: a new one, or the first one on a phone, which could not scan its own screen. */
  | { readonly kind: "ended" | "phone"; readonly counters: Counters; readonly sources: readonly [] };

/** A code is in use. */
interface WithCode {
  readonly kind: "active";
  readonly counters: Counters;
  readonly code: QrCode;
  readonly ticket: LiveTicket;
  /** Image of the code; undefined once the code is scanned, or while a newer one has not arrived in time. */
  readonly image: CodeImage | undefined;
  readonly sources: Sources;
}

/** Counters that outlive a code. */
interface Counters {
  readonly renewalsLeft: number;
  /** Number of requests for a code that failed in a row. */
  readonly failures: number;
  /** Number of times in a row that the page's `codeChallenge` function failed. */
  readonly challengeFailures: number;
  /** Time of the first failure in a row, in milliseconds; undefined if the browser knows that it has no network. */
  readonly failingSince?: number | undefined;
  /** True once the page and the user have learnt that requests fail. */
  readonly isReported?: boolean | undefined;
}

export type SessionEvent =
  | TicketEvent
  | { readonly kind: "challenge"; readonly source: Source; readonly result: string | undefined }
  | { readonly kind: "create"; readonly source: Source; readonly result: QrCode }
  | { readonly kind: "imageLoaded" }
  | { readonly kind: "imageFailed" }
  | { readonly kind: "restart" }
  | ImageReport;

/** Continues with an image that failed, once the page has learnt of it in `onCodeLoadFailed`. */
export interface ImageReport {
  readonly kind: "imageReported";
}

type SessionStep = Step<SessionState, StatusReport | ImageReport>;

/** Limit of attempts to load an image. */
const maxImageAttempts = 4;

/** Limit of consecutive failures of the page's `codeChallenge` function. */
const maxChallengeFailures = 4;

/** Time after which requests that fail are reported, in milliseconds. The widget retries them all the same. */
const reportAfterMs = 10_000;

const imageMessage = "the image of the QR code cannot be loaded";

/** Starts a session with its first code, or without one on a phone. */
export function startSession(context: Context): SessionStep {
  const counters = { renewalsLeft: context.renewals, failures: 0, challengeFailures: 0 };
  return context.isPhone
    ? [{ kind: "phone", counters, sources: [] }, ["show", { kind: "phone" }]]
    : requestCode(counters, context);
}

/** Decides what an event changes, and its effects. A pure function. */
export function stepSession(state: SessionState, event: SessionEvent, context: Context): SessionStep {
  if (isStale(event, state.sources))
    // A code that arrives too late must not be scanned.
    return event.kind === "create" ? [state, ["withdraw", event.result.handle]] : [state];
  switch (state.kind) {
    case "loading":
    case "ended":
    case "phone":
      return stepWithoutCode(state, event, context);
    case "active":
      return stepWithCode(state, event, context);
    default:
      state satisfies { kind: "stopped" };
      return [state];
  }
}

function stepWithoutCode(state: WithoutCode, event: SessionEvent, context: Context): SessionStep {
  const { counters } = state;
  switch (event.kind) {
    case "challenge":
      return [
        loading({ ...counters, challengeFailures: 0 }, { kind: "create", codeChallenge: event.result }),
      ];
    case "create":
      return showCode(counters, event.result, context);
    case "failed":
      return retryCode(counters, event.error, context);
    case "timer":
      return context.isVisible ? requestCode(counters, context) : [state];
    case "lifecycle":
      // A device that has slept needs a while to find its network.
      return context.isVisible ? requestCode({ ...counters, failingSince: undefined }, context) : [state];
    case "restart":
      return restart(counters, [], context);
    case "stop":
      return [stopped];
    default:
      event satisfies {
        kind:
          | ("status" | "streamLost" | "complete" | "exchange" | "reported" | `image${string}`)
          | ("checkCodeTyped" | "submitCheckCode");
      };
      return [state];
  }
}

function stepWithCode(state: WithCode, event: SessionEvent, context: Context): SessionStep {
  const { code, image } = state;
  switch (event.kind) {
    case "imageLoaded":
      return image
        ? [
            active({ ...state, image: { ...image, failures: 0, timer: undefined } }),
            ["onCodeLoaded", code.handle, image.url],
          ]
        : [state];
    case "imageFailed":
      return image
        ? [state, ["onCodeLoadFailed", imageMessage], ["continue", { kind: "imageReported" }]]
        : [state];
    case "imageReported":
      return image ? retryImage(state, image, context) : [state];
    case "restart":
      return restart(state.counters, release(code), context);
    case "challenge":
    case "create":
      return [state];
    default:
      if (image && event.kind === "timer") {
        if (event.source === image.timer) return reloadImage(state, image, context);
        if (event.source === image.expiry) return coverImage(state);
      }
      return advance(state, event, context);
  }
}

const loading = (counters: Counters, ...sources: Sources): WithoutCode => ({
  kind: "loading",
  counters,
  sources,
});

const ended = (counters: Counters): WithoutCode => ({ kind: "ended", counters, sources: [] });

const active = (state: Omit<WithCode, "kind" | "sources">): WithCode => {
  const { timer, expiry } = state.image ?? {};
  const timers = [timer, expiry].filter((each) => each !== undefined);
  return { ...state, kind: "active", sources: [...state.ticket.sources, ...timers] };
};

/**
 * Shows that a code is loading, and requests it. A tab opened in the background may never be viewed, so it waits. An
 * error that has been reported stays in view.
 */
function requestCode(counters: Counters, { isVisible }: Context): SessionStep {
  const state = loading(counters, isVisible ? { kind: "challenge" } : lifecycle);
  return counters.isReported ? [state] : [state, ["show", { kind: "loading" }]];
}

/** Requests a code for the user, with all renewals. */
function restart(counters: Counters, released: readonly Effect[], context: Context): SessionStep {
  const { failures } = counters;
  const renewed = { failures, renewalsLeft: context.renewals, challengeFailures: 0 };
  const [state, ...effects] = requestCode(renewed, context);
  return [state, ...released, ...effects, ["onRetry"]];
}

function retryCode(counters: Counters, error: GatewayError, context: Context): SessionStep {
  const { reason, message, isTransient, isUnreachable, retryAfterMs } = error;
  const { failures } = counters;
  const isOfPage = reason === "CODE_CHALLENGE_FAILED";
  // A failure of the page's function does not count while the network is down.
  const challengeFailures = counters.challengeFailures + (isOfPage && context.isOnline ? 1 : 0);
  const effects: readonly Effect[] = [
    ["setOnline", !isUnreachable],
    ["onCodeLoadFailed", message],
  ];
  if (!isTransient && !(isOfPage && challengeFailures < maxChallengeFailures))
    return [ended(counters), ...effects, ...failure(message, reason)];
  const failingSince = context.isOnline ? (counters.failingSince ?? context.now) : undefined;
  // Failures of the page's function have a limit of their own.
  const isLasting = isTransient && failingSince !== undefined && context.now - failingSince >= reportAfterMs;
  const isReported = counters.isReported || isLasting;
  const next = { ...counters, failures: failures + 1, challengeFailures, failingSince, isReported };
  const timer = { kind: "timer", minimumMs: retryAfterMs, failures } as const;
  return [
    loading(next, lifecycle, timer),
    ...effects,
    ...(isReported && !counters.isReported ? failure(message, reason) : []),
  ];
}

function showCode(counters: Counters, code: QrCode, context: Context): SessionStep {
  const intervalMs = Math.max(context.intervalMs, code.minPollIntervalMs);
  const { handle, url, qrCode } = code;
  const { renewalsLeft, challengeFailures } = counters;
  const ticket = startWatching(handle, intervalMs, context, qrCode ?? undefined);
  const image = startImage(url, qrCode, context);
  return [
    active({ counters: { renewalsLeft, failures: 0, challengeFailures }, code, ticket, image }),
    ["setOnline", true],
    ["show", { kind: "waiting", code, until: context.now + code.remainingMs }],
    ["onCodeShow", handle, url],
  ];
}

/** Passes an event to the ticket. */
function advance(state: WithCode, event: TicketEvent, context: Context): SessionStep {
  const { code, counters } = state;
  const { renewalsLeft } = counters;
  const [ticket, ...effects] = stepTicket(state.ticket, event, context);
  if (ticket === state.ticket) return [state, ...effects];
  if (ticket.kind === "stopped") return [ticket, ...release(code)];
  if (ticket.kind === "ended") {
    const [next, ...rest]: SessionStep =
      ticket.isRenewable && renewalsLeft > 0
        ? requestCode({ ...counters, renewalsLeft: renewalsLeft - 1 }, context)
        : [ended(counters), ["show", ticket.view], ...effects];
    return [next, ["onCodeDestroyed", code.handle], ["setOnline", true], ...rest];
  }
  const shown = ticket.kind === "watching" && !ticket.isScanned ? ticket : undefined;
  const image = shown && state.image;
  const isBack = isReachable(ticket) && !isReachable(state.ticket);
  const next = active({ ...state, ticket, image });
  if (shown?.step && !isSameStep(shown, state.ticket)) {
    const { url } = shown.step;
    const changed = startImage(url, shown.step, context, image?.failures);
    return [active({ ...next, image: changed }), ...effects, ["loadImage", url]];
  }
  // A hidden page receives no newer code, and its timers are late.
  if (event.kind === "lifecycle" && image && context.now >= image.validUntil) return coverImage(next);
  if (!image?.timer || !(isBack || event.kind === "lifecycle")) return [next, ...effects];
  const [reloaded, ...reload] = reloadImage(next, isBack ? { ...image, failures: 0 } : image, context);
  return [reloaded, ...reload, ...effects];
}

const isSameStep = ({ step }: Watching, before: LiveTicket): boolean =>
  before.kind === "watching" && before.step === step;

/** Covers an outdated image. The next status brings another one. */
const coverImage = (state: WithCode): SessionStep => [active({ ...state, image: undefined }), ["coverImage"]];

/** Loads the image again if the page is visible. */
function reloadImage(state: WithCode, image: CodeImage, { isVisible }: Context): SessionStep {
  return isVisible
    ? [active({ ...state, image: { ...image, timer: undefined } }), ["loadImage", image.url]]
    : [state];
}

function retryImage(state: WithCode, image: CodeImage, { isVisible }: Context): SessionStep {
  const { code, counters, ticket } = state;
  // An image that fails without a network does not count.
  const failures = image.failures + (isReachable(ticket) && isVisible ? 1 : 0);
  if (failures >= maxImageAttempts)
    return [ended(counters), ...release(code), ...failure(imageMessage, "IMAGE_FAILED")];
  const timer = { kind: "timer", failures: isReachable(ticket) ? failures : maxImageAttempts } as const;
  return [active({ ...state, image: { ...image, failures, timer } })];
}

const isReachable = (ticket: LiveTicket) => ticket.kind === "watching" && ticket.failures === 0;

const release = ({ handle }: QrCode): readonly Effect[] => [
  ["withdraw", handle],
  ["onCodeDestroyed", handle],
];

const failure = (message: string, reason: string): readonly Effect[] => [
  ["show", { kind: "failed", reason }],
  ["onError", message, reason],
];
