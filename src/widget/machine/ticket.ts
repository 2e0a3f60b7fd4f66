import type { ExchangeResponse, ScannedBy } from "../../http_types.js";
import type { GatewayError, PageStatus } from "../api_results.js";
import { requestCheckCode, retryCheckCode, submitCheckCode } from "./check_code.js";
import type { Effect, EndView } from "./effects.js";
import { type Context, isStale, lifecycle, type Source, type Sources, type Step } from "./step.js";
import {
  connect,
  endPause,
  loseStream,
  receive,
  retryPoll,
  type StatusReport,
  type Watching,
} from "./watching.js";

/** State of one ticket, from its code to its end. */
export type TicketState = LiveTicket | Ended | { readonly kind: "stopped"; readonly sources: readonly [] };

export type LiveTicket = Watching | Completing;

/** An approved ticket whose sign-in is being completed. */
interface Completing {
  readonly kind: "completing";
  readonly handle: string;
  /** Status with the approval. */
  readonly status: PageStatus;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  /** Request on its way, or the pause after one that failed. */
  readonly sources: Sources;
}

interface Ended {
  readonly kind: "ended";
  readonly view: EndView;
  /** Set if a new code can replace this one: it has expired, or the service no longer has its ticket. */
  readonly isRenewable: boolean;
  readonly sources: readonly [];
}

export type TicketEvent =
  /** Status from a stream or a poll. */
  | { readonly kind: "status"; readonly source: Source; readonly result: PageStatus }
  /** The user has typed a check code. */
  | { readonly kind: "checkCodeTyped"; readonly checkCode: string }
  | { readonly kind: "submitCheckCode"; readonly source: Source; readonly result: unknown }
  | { readonly kind: "complete"; readonly source: Source; readonly result: unknown }
  | { readonly kind: "exchange"; readonly source: Source; readonly result: ExchangeResponse }
  /** Error of a request, or problem that a stream reports. */
  | { readonly kind: "failed"; readonly source: Source; readonly error: GatewayError }
  | { readonly kind: "streamLost"; readonly source: Source }
  | { readonly kind: "timer"; readonly source: Source }
  | { readonly kind: "lifecycle"; readonly source: Source }
  | { readonly kind: "stop" }
  | StatusReport;

type TicketStep = Step<TicketState, StatusReport>;

/** Limit of attempts to complete a sign-in. The gateway can repeat its result for five seconds. */
const maxAttempts = 5;

const scannerOf = ({ scannedBy }: PageStatus): ScannedBy => scannedBy ?? { nickname: "", photoUrl: "" };

export const stopped = { kind: "stopped", sources: [] } as const;

/** Decides what an event changes, and its effects. A pure function. */
export function stepTicket(state: TicketState, event: TicketEvent, context: Context): TicketStep {
  if (isStale(event, state.sources)) return [state];
  switch (state.kind) {
    case "watching":
      return stepWatching(state, event, context);
    case "completing":
      return stepCompleting(state, event, context);
    default:
      state satisfies { kind: "ended" | "stopped" };
      return [state];
  }
}

function stepWatching(state: Watching, event: TicketEvent, context: Context): TicketStep {
  switch (event.kind) {
    case "lifecycle":
      return [connect({ ...state, streamRetryAt: 0 }, context)];
    case "timer":
      return [endPause(state, context)];
    case "streamLost":
      return [loseStream(state, context)];
    case "status":
      return receive(state, event.result, context);
    case "failed": {
      const { error } = event;
      if (event.source.kind === "submitCheckCode") return rejectCheckCode(state, error);
      const isPoll = event.source.kind === "status";
      if (isPoll && error.isTransient) return retryPoll(state, error);
      if (error.reason === "TICKET_NOT_FOUND") return fail(error, true);
      // A stream that reports another problem ends, and the next poll shows it.
      return isPoll ? fail(error) : [state];
    }
    case "reported":
      return report(state, event, context);
    case "checkCodeTyped":
      return submitCheckCode(state, event.checkCode);
    case "stop":
      return [stopped];
    default:
      // After the right check code, the next status reports the approval.
      event satisfies { kind: "submitCheckCode" | "complete" | "exchange" };
      return [state];
  }
}

function rejectCheckCode(state: Watching, error: GatewayError): TicketStep {
  if (error.reason === "TICKET_NOT_FOUND") return fail(error, true);
  return error.attemptsLeft === 0 ? failCheckCode() : retryCheckCode(state, error);
}

/** Handles a new status that the page has received. */
function report(state: Watching, event: StatusReport, context: Context): TicketStep {
  const { status } = event;
  const { qrCode } = status;
  switch (status.state) {
    case "PENDING":
      // An older step comes from a gateway that has not received the latest one yet.
      return qrCode && qrCode.step > (state.step?.step ?? 0) && !state.isScanned
        ? [{ ...state, step: qrCode }, ["onCodeChange", state.handle, qrCode.url]]
        : [state];
    case "SCANNED":
    case "AWAITING_CHECK_CODE":
    case "AUTHORIZED":
      if (!state.isScanned) {
        const scannedBy = scannerOf(status);
        return [
          { ...state, isScanned: true },
          ["show", { kind: "scanned", scannedBy, until: context.now + status.remainingMs }],
          ["onScanned", scannedBy],
          ["continue", event],
        ];
      }
      if (status.state === "SCANNED") return [state];
      if (status.state === "AWAITING_CHECK_CODE") return requestCheckCode(state, status, context);
      // The site's backend exchanges the ticket.
      if (status.exchangeTicket !== null && !context.autoExchangeUserInfo)
        return succeed(status, scannerOf(status));
      return requestUser(state.handle, status, 1, context);
    case "CANCELLED":
      if (status.cancelReason === "CHECK_CODE_FAILED") return failCheckCode();
      // If the site withdrew the ticket, no user declined it.
      return status.cancelReason === "WITHDRAWN_BY_CREATOR"
        ? expire()
        : end({ kind: "cancelled" }, ["onCancel"]);
    case "EXPIRED":
    case "EXCHANGED":
      return expire();
    default:
      return [state];
  }
}

function requestUser(
  handle: string,
  status: PageStatus,
  attempt: number,
  { autoExchangeUserInfo }: Context,
): TicketStep {
  const source: Source = { kind: autoExchangeUserInfo ? "exchange" : "complete", handle };
  return [{ kind: "completing", handle, status, attempt, sources: [source] }, ["show", { kind: "loading" }]];
}

function stepCompleting(state: Completing, event: TicketEvent, context: Context): TicketStep {
  const { handle, status, attempt } = state;
  switch (event.kind) {
    case "complete":
      return succeed(status, event.result);
    case "exchange": {
      const { user, tokenSet } = event.result;
      return succeed(status, { ...user, tokenSet });
    }
    case "failed": {
      const { isUnreachable, isTransient, retryAfterMs } = event.error;
      if (!isTransient || attempt >= maxAttempts) return fail(event.error);
      const timer = { kind: "timer", minimumMs: retryAfterMs, failures: attempt - 1 } as const;
      return [{ ...state, sources: [lifecycle, timer] }, ["setOnline", !isUnreachable]];
    }
    case "timer":
    case "lifecycle":
      // Retries even in a hidden page, since the gateway can repeat its result for a few seconds only.
      return requestUser(handle, status, attempt + 1, context);
    case "stop":
      return [stopped];
    default:
      event satisfies { kind: "status" | "streamLost" | "reported" | "checkCodeTyped" | "submitCheckCode" };
      return [state];
  }
}

/** Ends a ticket. The callback of the page is the only effect. */
const end = (view: EndView, callback: Effect, isRenewable = false): TicketStep => [
  { kind: "ended", view, isRenewable, sources: [] },
  callback,
];

const succeed = (status: PageStatus, user: unknown): TicketStep =>
  end({ kind: "succeeded", scannedBy: scannerOf(status) }, ["onSuccess", user, status.exchangeTicket]);

const expire = (): TicketStep => end({ kind: "expired" }, ["onExpired"], true);

const failCheckCode = (): TicketStep =>
  end({ kind: "checkCodeFailed" }, ["onError", "the check code was wrong too often", "CHECK_CODE_FAILED"]);

const fail = ({ message, reason }: GatewayError, isRenewable?: boolean): TicketStep =>
  end({ kind: "failed", reason }, ["onError", message, reason], isRenewable);
