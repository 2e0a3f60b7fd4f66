import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GatewayError, PageStatus } from "../../../src/widget/api_results.js";
import type { Effect } from "../../../src/widget/machine/effects.js";
import { type SessionEvent, type SessionState, stepSession } from "../../../src/widget/machine/session.js";
import type { Context, Source } from "../../../src/widget/machine/step.js";
import {
  errors,
  hidden,
  newCode,
  onPhone,
  sessionStates,
  sourceOf,
  statuses,
  visible,
} from "./machine_fixture.js";

/** One step of a run. */
interface Taken {
  readonly before: SessionState;
  readonly event: SessionEvent;
  readonly next: SessionState;
  readonly effects: readonly Effect<unknown>[];
}

/** Choice of the next event, and of the result that its source has. */
interface Choice extends Result {
  readonly context: Context;
  readonly from:
    | "source"
    | "earlier source"
    | "checkCodeTyped"
    | "imageFailed"
    | "imageLoaded"
    | "restart"
    | "stop";
  readonly source: number;
}

interface Result {
  readonly isFailure: boolean;
  readonly status: PageStatus;
  readonly error: GatewayError;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  context: fc.oneof(
    { weight: 6, arbitrary: fc.constant(visible) },
    fc.constantFrom(
      hidden,
      onPhone,
      { ...visible, canUseEventSource: false },
      { ...visible, isOnline: false },
    ),
    fc.constant({ ...visible, autoExchangeUserInfo: true }),
  ),
  from: fc.oneof(
    { weight: 30, arbitrary: fc.constant("source") },
    { weight: 6, arbitrary: fc.constantFrom("imageFailed" as const, "imageLoaded" as const) },
    { weight: 4, arbitrary: fc.constant("checkCodeTyped" as const) },
    { weight: 3, arbitrary: fc.constant("earlier source" as const) },
    { weight: 2, arbitrary: fc.constant("restart" as const) },
    { weight: 1, arbitrary: fc.constant("stop" as const) },
  ),
  source: fc.nat(),
  isFailure: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
  status: fc.constantFrom(...Object.values(statuses)),
  error: fc.constantFrom(...Object.values(errors)),
});

/** Returns an event that a source may send. */
function eventOf(source: Source, { isFailure, status, error }: Result): SessionEvent {
  if (isFailure && source.kind !== "timer" && source.kind !== "lifecycle")
    return { kind: "failed", source, error };
  switch (source.kind) {
    case "timer":
    case "lifecycle":
      return { kind: source.kind, source };
    case "stream":
      return status.state === "EXCHANGED"
        ? { kind: "streamLost", source }
        : { kind: "status", source, result: status };
    case "status":
      return { kind: "status", source, result: status };
    case "submitCheckCode":
      return { kind: "submitCheckCode", source, result: {} };
    case "complete":
      return { kind: "complete", source, result: "user" };
    case "exchange":
      return {
        kind: "exchange",
        source,
        result: { user: null, userPoolId: "", approval: null, tokenSet: null },
      };
    case "challenge":
      return { kind: "challenge", source, result: undefined };
    case "create":
      return { kind: "create", source, result: newCode() };
  }
}

/** Takes steps with random events: of present and of earlier sources, of the image and of the page. */
function run(start: SessionState, choices: readonly Choice[]): Taken[] {
  const taken: Taken[] = [];
  const earlier: Source[] = [];
  let state = start;
  const take = (event: SessionEvent, context: Context) => {
    const [next, ...effects] = stepSession(state, event, context);
    taken.push({ before: state, event, next, effects });
    earlier.push(...state.sources);
    state = next;
    const last = effects.at(-1);
    if (last?.[0] === "continue") take(last[1], context);
  };
  for (const { context, from, source: index, ...result } of choices) {
    if (from !== "source" && from !== "earlier source") {
      take(from === "checkCodeTyped" ? { kind: from, checkCode: "123456" } : { kind: from }, context);
      continue;
    }
    const sources = from === "source" ? state.sources : earlier;
    const source = sources[index % sources.length];
    if (source) take(eventOf(source, result), context);
  }
  return taken;
}

/** Runs from each state of the table, since a run from the start seldom reaches some of them. */
const runs = fc
  .tuple(
    fc.constantFrom<SessionState>(...Object.values(sessionStates)),
    fc.array(choice, { minLength: 10, maxLength: 60 }),
  )
  .map(([start, choices]) => run(start, choices));
const check = (property: (taken: readonly Taken[]) => void) =>
  fc.assert(fc.property(runs, property), { numRuns: 1_000 });

const names = (effects: readonly Effect<unknown>[]) => effects.map(([name]) => name);
const codeOf = (state: SessionState) => (state.kind === "active" ? state.code : undefined);

describe("any run of a session", () => {
  it("random runs reach every kind of state and of end, so that the properties below say something", () => {
    const reached = new Set<string>();
    check((taken) => {
      for (const { event, next, effects } of taken) {
        reached.add(next.kind === "active" ? next.ticket.kind : next.kind);
        if (event.kind === "imageReported" && next.kind === "ended") reached.add("image failed for good");
        if (event.kind === "create" && codeOf(next) !== event.result) reached.add("late code");
        for (const name of names(effects)) reached.add(name);
        if (next.sources.some(({ kind }) => kind === "submitCheckCode")) reached.add("submission");
        if (next.kind === "ended" && event.kind === "failed" && event.error.attemptsLeft === 0)
          reached.add("last wrong check code");
      }
    });
    expect([...reached]).toEqual(
      expect.arrayContaining([
        ...["loading", "phone", "watching", "completing", "ended", "stopped"],
        ...["image failed for good", "late code", "submission", "last wrong check code"],
        ...["onSuccess", "onCancel", "onExpired", "onError", "onScanned", "onRetry"],
        ...["onCheckCode", "onCodeChange", "loadImage", "coverImage"],
      ]),
    );
  });

  it("a stopped session stays stopped, and has no effect but to withdraw a code that arrives late", () => {
    check((taken) => {
      for (const { before, event, next, effects } of taken.filter((each) => each.before.kind === "stopped")) {
        expect(next).toBe(before);
        expect(names(effects)).toEqual(event.kind === "create" ? ["withdraw"] : []);
      }
    });
  });

  it("the event of an earlier source changes nothing, and a code that arrives late is withdrawn", () => {
    check((taken) => {
      for (const { before, event, next, effects } of taken) {
        if (!("source" in event) || (before.sources as readonly Source[]).includes(event.source)) continue;
        expect(next).toBe(before);
        expect(effects).toEqual(event.kind === "create" ? [["withdraw", event.result.handle]] : []);
      }
    });
  });

  it("a code is withdrawn exactly when the page restarts or stops, or its image has failed for good", () => {
    check((taken) => {
      for (const { before, event, next, effects } of taken) {
        const code = codeOf(before);
        const isGivenUp = event.kind === "imageReported" && next.kind === "ended";
        const isWithdrawn = code && (event.kind === "restart" || event.kind === "stop" || isGivenUp);
        const handles = effects.flatMap((effect) => (effect[0] === "withdraw" ? [effect[1]] : []));
        const isLate = event.kind === "create" && codeOf(next) !== event.result;
        expect(handles).toEqual([
          ...(isLate ? [event.result.handle] : []),
          ...(isWithdrawn ? [code.handle] : []),
        ]);
      }
    });
  });

  it("onCodeShow and onCodeDestroyed are called once for each code, at its begin and at its end", () => {
    check((taken) => {
      for (const { before, next, effects } of taken) {
        const [old, current] = [codeOf(before), codeOf(next)];
        const handlesOf = (name: string) =>
          effects.flatMap((effect) => (effect[0] === name ? [effect[1]] : []));
        expect(handlesOf("onCodeShow")).toEqual(current && current !== old ? [current.handle] : []);
        expect(handlesOf("onCodeDestroyed")).toEqual(old && current !== old ? [old.handle] : []);
      }
    });
  });

  it("a code ends with at most one of onSuccess, onCancel, onExpired and onError, always the last effect", () => {
    const ends = ["onSuccess", "onCancel", "onExpired", "onError"];
    check((taken) => {
      for (const { next, effects } of taken) {
        const ending = names(effects).filter((name) => ends.includes(name));
        if (ending.length === 0) continue;
        expect(next.kind).toBe("ended");
        expect([ending.length, names(effects).at(-1)]).toEqual([1, ending[0]]);
      }
    });
  });

  it("a step has `continue` only as its last effect, after a callback of the page", () => {
    check((taken) => {
      for (const { effects } of taken) {
        const index = names(effects).indexOf("continue");
        if (index >= 0)
          expect([index, names(effects)[index - 1]]).toEqual([
            effects.length - 1,
            expect.stringMatching(/^on|^setOnline$/),
          ]);
      }
    });
  });

  it("a session is no dead end: an event of its sources leads on, once the page is shown", () => {
    const areForUser = ["ended", "phone", "stopped"];
    check((taken) => {
      for (const { next } of taken.filter((each) => !areForUser.includes(each.next.kind))) {
        const canLeadOn = next.sources.some((source) => {
          const event = eventOf(source, {
            isFailure: false,
            status: statuses.pending,
            error: errors.offline,
          });
          return stepSession(next, event, visible)[0] !== next;
        });
        expect(canLeadOn).toBe(true);
      }
    });
  });

  it("a source of a request or stream belongs to no more than one run of states", () => {
    check((taken) => {
      const gone = new Set<Source>();
      for (const { before, next } of taken) {
        for (const source of before.sources)
          if (!(next.sources as readonly Source[]).includes(source) && source.kind !== "lifecycle")
            gone.add(source);
        expect(next.sources.filter((source) => gone.has(source))).toEqual([]);
        expect(new Set(next.sources).size).toBe(next.sources.length);
      }
    });
  });

  it("a session leaves the text for a phone when the user requests a code, and never shows it again", () => {
    check((taken) => {
      for (const { before, event, next, effects } of taken) {
        expect(effects).not.toContainEqual(["show", { kind: "phone" }]);
        if (next.kind === "phone") expect(next).toBe(before);
        else if (before.kind === "phone") expect(["restart", "stop"]).toContain(event.kind);
      }
    });
  });

  it("a scanned code has no image that could be loaded again", () => {
    check((taken) => {
      for (const { next } of taken) {
        if (next.kind !== "active") continue;
        if (next.ticket.kind === "completing" || next.ticket.isScanned) expect(next.image).toBeUndefined();
      }
    });
  });

  it("a code has no image only if it is scanned, or was covered and nothing newer has arrived", () => {
    check((taken) => {
      for (const { before, next, effects } of taken) {
        if (next.kind !== "active" || next.ticket.kind !== "watching" || next.ticket.isScanned) continue;
        const hadImage = before.kind !== "active" || before.image !== undefined;
        if (hadImage && !next.image) expect(names(effects)).toContain("coverImage");
      }
    });
  });

  it("a check code is submitted only for a ticket that asks for one, and one at a time", () => {
    check((taken) => {
      for (const { next } of taken) {
        const submissions = next.sources.filter(({ kind }) => kind === "submitCheckCode");
        const entry = next.kind === "active" && next.ticket.kind === "watching" && next.ticket.entry;
        expect(submissions).toHaveLength(entry ? Number(entry.view.isSubmitting) : 0);
      }
    });
  });
});

describe("a delay that the gateway asks for", () => {
  it.each(["challenging", "creating", "completing"] as const)(
    "retryAfterMs is the minimum of the pause after a request that failed in the state %s",
    (name) => {
      const state = sessionStates[name];
      const [source] = (state.sources as readonly Source[]).filter(({ kind }) => kind !== "lifecycle");
      if (!source) throw new Error("no request");
      const [next] = stepSession(state, { kind: "failed", source, error: errors.busy }, visible);
      expect(next.sources).toContainEqual({ kind: "timer", minimumMs: 30_000, failures: 0 });
    },
  );

  it("retryAfterMs is the minimum of the pause after a poll that failed", () => {
    const { waiting } = sessionStates;
    const polling: Context = { ...visible, canUseEventSource: false };
    const [polled] = stepSession(
      waiting,
      { kind: "lifecycle", source: sourceOf(waiting, "lifecycle") },
      polling,
    );
    const source = sourceOf(polled, "status");
    const [next] = stepSession(polled, { kind: "failed", source, error: errors.busy }, polling);
    expect(next.sources).toContainEqual({ kind: "timer", minimumMs: 30_000, failures: 0 });
  });
});
