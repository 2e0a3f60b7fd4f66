import { describe, expect, it } from "vitest";
import { type SessionState, startSession, stepSession } from "../../../src/widget/machine/session.js";
import type { Context } from "../../../src/widget/machine/step.js";
import {
  challenged,
  created,
  elapsed,
  errors,
  expiryOf,
  failed,
  hidden,
  imageElapsed,
  imageFailed,
  lost,
  noon,
  onPhone,
  outdated,
  polled,
  runSession,
  sessionStates,
  sourceKinds,
  sourceOf,
  statuses,
  statusIn,
  stepOf,
  streamed,
  typed,
  visible,
} from "./machine_fixture.js";

const { challenging, creating, waiting, lastWaiting, offline, completing, imageMissing } = sessionStates;
const { changing, awaiting, submitting } = sessionStates;

const at = (ms: number): Context => ({ ...visible, now: noon + ms });

/** A stream that ends at once, although the poll after it succeeds. */
const emptyStream = [lost, elapsed, polled(statuses.pending)];

describe("the limits of a watch", () => {
  it("a stream has 6 seconds for its first status, and then until 3 seconds after the expiry", () => {
    expect(sourceOf(waiting, "timer")).toMatchObject({ minimumMs: 6_000 });
    const next = runSession(waiting, [streamed(statusIn("PENDING", { remainingMs: 50_000 }))]);
    expect(sourceOf(next, "timer")).toMatchObject({ minimumMs: 53_000 });
    expect(sourceOf(next, "stream")).toBe(sourceOf(waiting, "stream"));
  });

  it("a stream has until 3 seconds after the next step of a code, since a proxy may hold it back", () => {
    const next = runSession(changing, [streamed(statuses.secondStep)]);
    expect(sourceOf(next, "timer")).toMatchObject({ minimumMs: 13_000 });
    const qrCode = { ...stepOf(3), remainingMs: null };
    const last = runSession(next, [streamed(statusIn("PENDING", { qrCode, remainingMs: 50_000 }))]);
    expect(sourceOf(last, "timer")).toMatchObject({ minimumMs: 53_000 });
  });

  it("polling replaces streams after three empty ones, for a minute", () => {
    const two = runSession(waiting, [...emptyStream, elapsed, ...emptyStream]);
    expect(sourceOf(two, "timer")).toMatchObject({ failures: 2 });
    const three = runSession(two, [elapsed, ...emptyStream]);
    expect(sourceOf(three, "timer")).toEqual({ kind: "timer", minimumMs: 1_000 });
    expect(sourceKinds(runSession(three, [elapsed], at(59_999)))).toBe("status");
    expect(sourceKinds(runSession(three, [elapsed], at(60_000)))).toBe("stream+timer");
  });

  it("a stream that ended within 10 seconds counts as empty, and one that lasted resets the count", () => {
    const two = runSession(waiting, [...emptyStream, elapsed, ...emptyStream, elapsed]);
    const withStatus = runSession(two, [streamed(statuses.pending)]);
    const short = runSession(withStatus, emptyStream, at(9_999));
    expect(sourceOf(short, "timer")).toEqual({ kind: "timer", minimumMs: 1_000 });
    const long = runSession(withStatus, emptyStream, at(10_000));
    expect(sourceOf(long, "timer")).toEqual({ kind: "timer", failures: 0 });
  });

  it("a poll follows a stream at once that brought no status, and after a pause one that did", () => {
    expect(sourceOf(runSession(waiting, [lost]), "timer")).toEqual({ kind: "timer", failures: undefined });
    const withStatus = runSession(waiting, [streamed(statuses.pending), lost]);
    expect(sourceOf(withStatus, "timer")).toEqual({ kind: "timer", failures: 0 });
  });

  it("streams are tried at once when the page, the network or the device is back", () => {
    const three = runSession(waiting, [...emptyStream, elapsed, ...emptyStream, elapsed, ...emptyStream]);
    const source = sourceOf(three, "lifecycle");
    expect(sourceKinds(stepSession(three, { kind: "lifecycle", source }, visible)[0])).toBe("stream+timer");
  });

  it("the pauses between polls that fail grow with the failures, and a status resets them", () => {
    const failure = failed("status", errors.offline);
    const polling = { ...visible, canUseEventSource: false };
    const twice = runSession(offline, [elapsed, failure], polling);
    expect(sourceOf(twice, "timer")).toEqual({ kind: "timer", minimumMs: undefined, failures: 1 });
    const reset = runSession(twice, [elapsed, polled(statuses.pending), elapsed, failure], polling);
    expect(sourceOf(reset, "timer")).toEqual({ kind: "timer", minimumMs: undefined, failures: 0 });
  });

  it("polls keep to the page's interval, but not below the minimum of the service", () => {
    const polling = { ...visible, canUseEventSource: false };
    const pauseWith = (intervalMs: number) => {
      const state = runSession(creating, [created, polled(statuses.pending)], { ...polling, intervalMs });
      return sourceOf(state, "timer");
    };
    expect(pauseWith(800)).toEqual({ kind: "timer", minimumMs: 1_000 });
    expect(pauseWith(2_000)).toEqual({ kind: "timer", minimumMs: 2_000 });
  });

  it("the end of a scan is shown by the time that the ticket has left", () => {
    const [, ...effects] = stepSession(waiting, { kind: "reported", status: statuses.scanned }, at(500));
    const until = noon + 500 + statuses.scanned.remainingMs;
    expect(effects).toContainEqual(["show", expect.objectContaining({ kind: "scanned", until })]);
  });
});

describe("the limits of a sign-in", () => {
  it("a sign-in is completed with five attempts, whose pauses grow", () => {
    let state: SessionState = completing;
    for (const failures of [0, 1, 2, 3]) {
      state = runSession(state, [failed("complete", errors.offline)]);
      expect(sourceOf(state, "timer")).toEqual({ kind: "timer", minimumMs: undefined, failures });
      state = runSession(state, [elapsed]);
    }
    expect(runSession(state, [failed("complete", errors.offline)]).kind).toBe("ended");
  });

  it("a sign-in is completed in a hidden page too", () => {
    const state = runSession(completing, [failed("complete", errors.offline)]);
    expect(sourceKinds(runSession(state, [elapsed], hidden))).toBe("complete");
  });

  it("the user of an exchange comes with the token set", () => {
    const exchanging = runSession(waiting, [streamed(statuses.authorized)], {
      ...visible,
      autoExchangeUserInfo: true,
    });
    const result = { user: { sub: "alice" }, userPoolId: "", approval: null, tokenSet: null };
    const source = sourceOf(exchanging, "exchange");
    const [, ...effects] = stepSession(exchanging, { kind: "exchange", source, result }, visible);
    expect(effects).toContainEqual(["onSuccess", { sub: "alice", tokenSet: null }, "exchange-ticket"]);
  });

  it("a code is renewed as often as `renewals` says, and again after a restart", () => {
    const expire = [streamed(statuses.expired)];
    const renewed = runSession(waiting, expire);
    expect(renewed.kind).toBe("loading");
    const last = runSession(renewed, [challenged, created]);
    expect(runSession(last, expire).kind).toBe("ended");
    const restarted = runSession(lastWaiting, [() => ({ kind: "restart" }), challenged, created]);
    expect(runSession(restarted, expire).kind).toBe("loading");
  });
});

describe("the limits of requests for a code", () => {
  const retry = [failed("challenge", errors.challenge), elapsed];

  it("the page's codeChallenge may fail three times in a row", () => {
    const thrice = runSession(challenging, [...retry, ...retry, ...retry]);
    expect(thrice.kind).toBe("loading");
    const [next, ...effects] = stepSession(thrice, failed("challenge", errors.challenge)(thrice), visible);
    expect(next.kind).toBe("ended");
    expect(effects).toContainEqual(["onError", errors.challenge.message, "CODE_CHALLENGE_FAILED"]);
  });

  it.each([
    ["a challenge", [challenged, failed("create", errors.offline), elapsed]],
    ["a restart", [() => ({ kind: "restart" }) as const]],
  ])("%s resets the count of failed challenges", (_, reset) => {
    const state = runSession(challenging, [...retry, ...retry, ...retry, ...reset]);
    expect(runSession(state, [...retry, ...retry, ...retry]).kind).toBe("loading");
  });

  it("failures of codeChallenge do not count while the network is down", () => {
    const six = [...retry, ...retry, ...retry, ...retry, ...retry, ...retry];
    expect(runSession(challenging, six, { ...visible, isOnline: false }).kind).toBe("loading");
  });

  it("the pauses between requests grow, a restart does not shorten them, and a code does", () => {
    const failure = failed("challenge", errors.offline);
    const twice = runSession(challenging, [failure, elapsed, failure]);
    expect(sourceOf(twice, "timer")).toMatchObject({ failures: 1 });
    const restarted = runSession(twice, [() => ({ kind: "restart" }), failure]);
    expect(sourceOf(restarted, "timer")).toMatchObject({ failures: 2 });
    const shown = runSession(twice, [elapsed, challenged, created, () => ({ kind: "restart" }), failure]);
    expect(sourceOf(shown, "timer")).toMatchObject({ failures: 0 });
  });

  it("the code challenge of the page reaches the request for a code", () => {
    const source = sourceOf(challenging, "challenge");
    const [next] = stepSession(challenging, { kind: "challenge", source, result: "challenge" }, visible);
    expect(next.sources).toEqual([{ kind: "create", codeChallenge: "challenge" }]);
  });

  it("a page that is hidden at the start requests no code until it is shown", () => {
    expect(startSession(hidden)[0].sources).toEqual([{ kind: "lifecycle" }]);
    expect(startSession(visible)[0].sources).toEqual([{ kind: "challenge" }]);
  });
});

describe("a session on a phone", () => {
  const restart = () => ({ kind: "restart" }) as const;

  it.each([
    ["shown", onPhone],
    ["hidden", { ...onPhone, isVisible: false }],
  ])("a phone requests no code and waits for nothing but the user, with the page %s", (_, context) => {
    const [state, ...effects] = startSession(context);
    expect(state.sources).toEqual([]);
    expect(effects).toEqual([["show", { kind: "phone" }]]);
  });

  it("the user can request a code on a phone, and it is renewed as on a computer", () => {
    const waiting = runSession(startSession(onPhone)[0], [restart, challenged, created], onPhone);
    expect(sourceKinds(waiting)).toBe("stream+timer");
    const renewed = runSession(waiting, [streamed(statuses.expired), challenged, created], onPhone);
    expect(renewed.kind).toBe("active");
    expect(runSession(renewed, [streamed(statuses.expired)], onPhone).kind).toBe("ended");
  });
});

describe("the limits of an image", () => {
  const retry = [imageFailed, imageElapsed];
  const isFailing = (state: SessionState) => runSession(state, [imageFailed]).kind === "ended";

  it("an image is given up with its fourth failure", () => {
    expect(isFailing(runSession(waiting, [...retry, ...retry]))).toBe(false);
    expect(isFailing(runSession(waiting, [...retry, ...retry, ...retry]))).toBe(true);
  });

  it("the pauses between attempts to load an image grow with the failures", () => {
    expect(imageMissing.sources.at(-1)).toEqual({ kind: "timer", failures: 1 });
    const state = runSession(waiting, [...retry, imageFailed]);
    expect(state.sources.at(-1)).toEqual({ kind: "timer", failures: 2 });
  });

  it("failures of an image do not count while the gateway is unreachable, or the page hidden", () => {
    const six = [...retry, ...retry, ...retry, ...retry, ...retry, ...retry];
    const state = runSession(offline, [...six, imageFailed]);
    expect(state.sources.at(-1)).toEqual({ kind: "timer", failures: 4 });
    const inHidden = Array.from({ length: 6 }, () => imageFailed);
    expect(runSession(waiting, inHidden, hidden).kind).toBe("active");
  });

  it("a missing image is loaded when the gateway is back, with four attempts again", () => {
    const twice = runSession(waiting, [...retry, ...retry]);
    const down = runSession(twice, [lost, elapsed, failed("status", errors.offline), imageFailed, elapsed]);
    const source = sourceOf(down, "stream");
    const [back, ...effects] = stepSession(
      down,
      { kind: "status", source, result: statuses.pending },
      visible,
    );
    expect(effects[0]).toEqual(["loadImage", expect.any(String)]);
    expect(isFailing(runSession(back, [...retry, ...retry]))).toBe(false);
  });

  it("a missing image is loaded at once when the page is shown, and its failures still count", () => {
    const thrice = runSession(waiting, [...retry, ...retry, imageFailed]);
    const source = sourceOf(thrice, "lifecycle");
    const [shown, ...effects] = stepSession(thrice, { kind: "lifecycle", source }, visible);
    expect(effects).toEqual([["loadImage", expect.any(String)]]);
    expect(isFailing(shown)).toBe(true);
  });
});

describe("an image of a code that changes", () => {
  const lifecycleOf = (state: SessionState) =>
    ({ kind: "lifecycle", source: sourceOf(state, "lifecycle") }) as const;
  const urlOf = (state: SessionState) => (state.kind === "active" ? state.image?.url : undefined);

  it("an image is covered one second after its step, the shortest overlap, unless the next one has arrived", () => {
    expect(expiryOf(changing)).toEqual({ kind: "timer", minimumMs: 11_000 });
    const next = runSession(changing, [streamed(statuses.secondStep)]);
    expect(expiryOf(next)).not.toBe(expiryOf(changing));
    const [same, ...effects] = stepSession(next, outdated(changing), visible);
    expect([same, effects]).toEqual([next, []]);
    expect(stepSession(next, outdated(next), visible).slice(1)).toEqual([["coverImage"]]);
  });

  it("an image of the last step, or of a code that does not change, is never covered", () => {
    const qrCode = { ...stepOf(2), remainingMs: null };
    const last = runSession(changing, [streamed(statusIn("PENDING", { qrCode }))]);
    for (const state of [last, waiting]) {
      expect(sourceKinds(state)).toBe("stream+timer");
      const [, ...effects] = stepSession(state, lifecycleOf(state), at(1_000_000));
      expect(effects).toEqual([]);
    }
    expect(urlOf(last)).toBe(qrCode.url);
  });

  it("a page that comes back covers an outdated image at once, and keeps one that is still valid", () => {
    const away = runSession(changing, [lifecycleOf], hidden);
    expect(stepSession(away, lifecycleOf(away), at(10_999)).slice(1)).toEqual([]);
    const [back, ...effects] = stepSession(away, lifecycleOf(away), at(11_000));
    expect(effects).toEqual([["coverImage"]]);
    expect(urlOf(back)).toBeUndefined();
    const [next] = stepSession(back, streamed(statuses.secondStep)(back), at(11_000));
    expect(next.sources.some(({ kind }) => kind === "stream")).toBe(true);
    const shown = runSession(back, [streamed(statuses.secondStep)], at(11_000));
    expect(urlOf(shown)).toBe(stepOf(2).url);
  });

  it("an image of an earlier step never replaces a later one", () => {
    const second = runSession(changing, [streamed(statuses.secondStep)]);
    const again = runSession(second, [streamed(statusIn("PENDING", { qrCode: stepOf(1) }))]);
    expect(urlOf(again)).toBe(stepOf(2).url);
  });

  it("an image of a later step keeps the number of failures, and one that loads resets it", () => {
    const isFailing = (state: SessionState) => runSession(state, [imageFailed]).kind === "ended";
    const thrice = [imageFailed, imageElapsed, imageFailed, imageElapsed, imageFailed];
    const second = runSession(changing, [...thrice, streamed(statuses.secondStep)]);
    expect(isFailing(second)).toBe(true);
    expect(isFailing(runSession(second, [() => ({ kind: "imageLoaded" })]))).toBe(false);
  });
});

describe("a check code", () => {
  const viewOf = (state: SessionState) =>
    state.kind === "active" && state.ticket.kind === "watching" ? state.ticket.entry?.view : undefined;

  it("a check code is submitted with the handle, as the user typed it", () => {
    expect(sourceOf(submitting, "submitCheckCode")).toEqual({
      ...{ kind: "submitCheckCode", checkCode: "123456" },
      handle: submitting.kind === "active" && submitting.code.handle,
    });
  });

  it("a check code is not submitted again while one is being checked, or before the phone shows one", () => {
    for (const state of [submitting, sessionStates.scanned, waiting])
      expect(stepSession(state, typed(state), visible)).toEqual([state]);
  });

  it("a check code that could not be checked leaves the attempts as they are, whatever the error was", () => {
    for (const error of [errors.offline, errors.busy, errors.permanent]) {
      const state = runSession(submitting, [failed("submitCheckCode", error)]);
      expect(viewOf(state)).toMatchObject({ isSubmitting: false, problem: "notChecked", attemptsLeft: 3 });
      expect(viewOf(runSession(state, [typed]))).toMatchObject({ isSubmitting: true, problem: undefined });
    }
  });

  it("a wrong check code whose response is lost counts as wrong once the status says so", () => {
    const state = runSession(submitting, [streamed(statuses.awaitingAgain)]);
    expect(viewOf(state)).toMatchObject({ isSubmitting: false, problem: "wrong", attemptsLeft: 2 });
    expect(sourceKinds(state)).toBe(sourceKinds(awaiting));
  });
});
