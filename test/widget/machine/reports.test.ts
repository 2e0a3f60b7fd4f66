import { describe, expect, it } from "vitest";
import type { GatewayError } from "../../../src/widget/api_results.js";
import { type SessionState, startSession, stepSession } from "../../../src/widget/machine/session.js";
import type { Context } from "../../../src/widget/machine/step.js";
import {
  challenged,
  created,
  effectNames,
  elapsed,
  errors,
  failed,
  noon,
  runSession,
  sessionStates,
  sourceOf,
  visible,
} from "./machine_fixture.js";

const at = (ms: number, context: Context = visible): Context => ({ ...context, now: noon + ms });

/** Requests a code at a time, after the pause before, and fails. Returns the state and the names of the effects. */
function failAt(
  state: SessionState,
  ms: number,
  error: GatewayError = errors.offline,
  context: Context = visible,
): readonly [SessionState, readonly string[]] {
  const requested = runSession(
    state,
    state.sources.length === 2 ? [elapsed, challenged] : [challenged],
    at(ms, context),
  );
  const step = stepSession(requested, failed("create", error)(requested), at(ms, context));
  return [step[0], effectNames(step)];
}

const reported = ["setOnline", "onCodeLoadFailed", "show failed", "onError"];
const silent = ["setOnline", "onCodeLoadFailed"];

/** Sessions whose requests have failed at these times. */
const failingAt = (...times: readonly number[]): SessionState =>
  times.reduce((state, ms) => failAt(state, ms)[0], sessionStates.challenging);

describe("requests for a code that fail for long", () => {
  it("they are reported once, ten seconds after the first failure, and retried all the same", () => {
    const early = failingAt(0, 9_000);
    expect(failAt(failingAt(0), 9_999)[1]).toEqual(silent);
    const [next, effects] = failAt(early, 10_000);
    expect(effects).toEqual(reported);
    expect(sourceOf(next, "timer")).toMatchObject({ failures: 2 });
    expect(failAt(next, 30_000)[1]).toEqual(silent);
  });

  it("the report says which error it is", () => {
    const state = runSession(failingAt(0), [elapsed, challenged], at(10_000));
    const [, ...effects] = stepSession(state, failed("create", errors.busy)(state), at(10_000));
    expect(effects).toContainEqual(["show", { kind: "failed", reason: "RATE_LIMITED" }]);
    expect(effects).toContainEqual(["onError", errors.busy.message, "RATE_LIMITED"]);
  });

  it("the error stays in view while the widget tries again, until there is a code", () => {
    const told = failingAt(0, 10_000);
    const again = stepSession(told, elapsed(told), at(11_000));
    expect(effectNames(again)).toEqual([]);
    const creating = runSession(again[0], [challenged], at(11_000));
    const shown = stepSession(creating, created(creating), at(11_000));
    expect(effectNames(shown)).toContain("show waiting");
    const restarted = runSession(shown[0], [() => ({ kind: "restart" })], at(12_000));
    expect(failAt(restarted, 12_000)[1]).toEqual(silent);
    expect(failAt(failAt(restarted, 12_000)[0], 22_000)[1]).toEqual(reported);
  });

  it("the button shows that a code is loading, and a further failure is reported again", () => {
    const restart = stepSession(failingAt(0, 10_000), { kind: "restart" }, at(11_000));
    expect(effectNames(restart)).toEqual(["show loading", "onRetry"]);
    const [next, effects] = failAt(restart[0], 11_000);
    expect(effects).toEqual(silent);
    expect(failAt(next, 21_000)[1]).toEqual(reported);
  });

  it("the time does not count while the browser knows that it has no network", () => {
    const offline = { ...visible, isOnline: false };
    const [state] = failAt(failingAt(0), 20_000, errors.offline, offline);
    expect(failAt(failingAt(0), 20_000, errors.offline, offline)[1]).toEqual(silent);
    const [back, effects] = failAt(state, 40_000);
    expect(effects).toEqual(silent);
    expect(failAt(back, 50_000)[1]).toEqual(reported);
  });

  it("the time starts again when the device wakes, or the page is shown", () => {
    const state = failingAt(0);
    const [woken] = stepSession(
      state,
      { kind: "lifecycle", source: sourceOf(state, "lifecycle") },
      at(60_000),
    );
    const requested = runSession(woken, [challenged], at(60_000));
    expect(
      effectNames(stepSession(requested, failed("create", errors.offline)(requested), at(60_000))),
    ).toEqual(silent);
  });

  it("failures of the page's codeChallenge are reported at their own limit only", () => {
    let state: SessionState = sessionStates.challenging;
    const effects: string[] = [];
    for (let ms = 0; state.kind === "loading" && ms <= 60_000; ms += 15_000) {
      if (ms > 0) state = runSession(state, [elapsed], at(ms));
      const step = stepSession(state, failed("challenge", errors.challenge)(state), at(ms));
      state = step[0];
      effects.push(...effectNames(step));
    }
    expect(effects.filter((name) => name === "onError")).toHaveLength(1);
    expect(state.kind).toBe("ended");
  });

  it("a page whose first code never arrives is told in any case", () => {
    let [state] = startSession(visible);
    const effects: string[] = [];
    for (let ms = 0; ms <= 60_000; ms += 15_000) {
      const [next, names] = failAt(state, ms);
      state = next;
      effects.push(...names);
    }
    expect(effects.filter((name) => name === "onError")).toHaveLength(1);
  });
});
