import type { Effect } from "./effects.js";

/** The next state, and the effects to perform in their order. An event that is ignored leaves the same object. */
export type Step<State, Event> = readonly [state: State, ...effects: readonly Effect<Event>[]];

/** Values that a step needs besides state and event. */
export interface Context {
  /** Current time, in milliseconds. */
  readonly now: number;
  readonly isVisible: boolean;
  /** False while the browser knows that it has no network. */
  readonly isOnline: boolean;
  readonly canUseEventSource: boolean;
  /** True on a phone, which cannot scan its own screen. */
  readonly isPhone: boolean;
  /** Shortest pause between two polls that the page allows, in milliseconds. */
  readonly intervalMs: number;
  readonly renewals: number;
  readonly autoExchangeUserInfo: boolean;
}

/**
 * Source of events: a timer, a stream or a request. It starts when it first appears in a state, and is cancelled once a
 * state lacks it. Its identity is that of the object, so an event of an earlier source is recognized and ignored.
 */
export type Source =
  | Timer
  | { readonly kind: "stream"; readonly handle: string }
  /** Requests to the gateway: for the status of a ticket, and for its user once it is approved. */
  | { readonly kind: "status" | "complete" | "exchange"; readonly handle: string }
  /** Request that submits the check code. */
  | { readonly kind: "submitCheckCode"; readonly handle: string; readonly checkCode: string }
  /** Request to the page for a code challenge. */
  | { readonly kind: "challenge" }
  /** Request for a new code. */
  | { readonly kind: "create"; readonly codeChallenge: string | undefined }
  /** The page is shown or hidden, the network comes or goes, or the device wakes from sleep. */
  | { readonly kind: "lifecycle" };

/** Sources of a state that events lead on from. There is at least one. */
export type Sources = readonly [Source, ...Source[]];

/** Timer that a state waits for. */
export interface Timer {
  readonly kind: "timer";
  /** Shortest duration, in milliseconds; 0 by default. */
  readonly minimumMs?: number | undefined;
  /** Number of failures in a row before this pause, which is then random and grows with them. */
  readonly failures?: number | undefined;
}

export const lifecycle: Source = { kind: "lifecycle" };

/** Returns true if an event comes from a source that the state no longer has. Such an event changes nothing. */
export function isStale(
  event: { readonly kind: string; readonly source?: Source },
  sources: readonly Source[],
): boolean {
  return event.source !== undefined && !sources.includes(event.source);
}
