import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/widget/machine/effects.js";
import { type SessionEvent, startSession, stepSession } from "../../../src/widget/machine/session.js";
import type { Context, Source, Step } from "../../../src/widget/machine/step.js";
import { stepTicket, type TicketEvent, type TicketState } from "../../../src/widget/machine/ticket.js";
import { startWatching } from "../../../src/widget/machine/watching.js";
import { type Inputs, runMachine, type World } from "../../../src/widget/run_machine.js";
import { errors, newCode, statuses, visible } from "./machine_fixture.js";

/** World that records effects, and whose sources send what a test tells them to. */
function fakeWorld<Event extends { readonly kind: string }>(context: Context = visible) {
  const log: string[] = [];
  const running = new Map<Source, (event: Event) => void>();
  /** Runs in a callback of the page. */
  const callbacks: Record<string, () => void> = {};
  const world: World<Event> = {
    getContext: () => context,
    perform(effect: Effect<Event>, { handle }: Inputs<Event>) {
      if (effect[0] === "continue") return handle(effect[1]);
      log.push(effect[0] === "show" ? `show ${effect[1].kind}` : effect[0]);
      callbacks[effect[0]]?.();
    },
    start(source, send) {
      running.set(source, send);
      return () => running.delete(source);
    },
  };
  const sourceOf = (kind: Source["kind"]): Source => {
    const source = [...running.keys()].find((each) => each.kind === kind);
    if (!source) throw new Error(`no source ${kind}`);
    return source;
  };
  return {
    world,
    log,
    callbacks,
    running,
    /** Lets the source of this kind send an event. */
    async send(kind: Source["kind"], toEvent: (source: Source) => Event) {
      const source = sourceOf(kind);
      running.get(source)?.(toEvent(source));
      await Promise.resolve();
    },
  };
}

function startSessionIn(context: Context = visible) {
  const fake = fakeWorld<SessionEvent>(context);
  const inputs = runMachine(startSession, stepSession, fake.world);
  const status = (result: (typeof statuses)[keyof typeof statuses]) =>
    fake.send("stream", (source) => ({ kind: "status", source, result }));
  const fail = (kind: Source["kind"], error: (typeof errors)[keyof typeof errors]) =>
    fake.send(kind, (source) => ({ kind: "failed", source, error }));
  const challenge = () =>
    fake.send("challenge", (source) => ({ kind: "challenge", source, result: undefined }));
  const create = () => fake.send("create", (source) => ({ kind: "create", source, result: newCode() }));
  const image = async (kind: "imageLoaded" | "imageFailed") => {
    inputs.send({ kind });
    await Promise.resolve();
  };
  const showCode = async () => {
    await challenge();
    await create();
  };
  return { ...fake, ...inputs, status, fail, challenge, create, image, showCode };
}

type RunningSession = ReturnType<typeof startSessionIn>;

/** Every callback of the page, and a scan that calls it. */
const scans: Readonly<Record<string, (session: RunningSession) => Promise<void>>> = {
  onCodeShow: async ({ showCode }) => showCode(),
  onCodeLoaded: async ({ showCode, image }) => {
    await showCode();
    await image("imageLoaded");
  },
  onCodeLoadFailed: async ({ fail }) => fail("challenge", errors.permanent),
  onResult: async ({ showCode, status }) => {
    await showCode();
    await status(statuses.declined);
  },
  onScanned: async ({ showCode, status }) => {
    await showCode();
    await status(statuses.authorized);
  },
  onCodeDestroyed: async ({ showCode, status }) => {
    await showCode();
    await status(statuses.expired);
  },
  onSuccess: async ({ showCode, status }) => {
    await showCode();
    await status(statuses.authorized);
  },
  onCancel: async ({ showCode, status }) => {
    await showCode();
    await status(statuses.declined);
  },
  onExpired: async ({ showCode, status }) => {
    await showCode();
    await status(statuses.expired);
  },
  onError: async ({ showCode, fail }) => {
    await showCode();
    await fail("stream", errors.gone);
  },
  onRetry: async ({ handle }) => handle({ kind: "restart" }),
};

/** Callbacks at which a code is in use, so that a stop withdraws it. */
const withCode = ["onCodeShow", "onCodeLoaded", "onResult", "onScanned"];

const withoutRenewals: Context = { ...visible, renewals: 0 };

describe("a callback of the page", () => {
  it.each(Object.keys(scans))(
    "stop() in %s is the last step: nothing of the earlier one follows",
    async (name) => {
      const session = startSessionIn(withoutRenewals);
      session.callbacks[name] = () => {
        delete session.callbacks[name];
        session.log.length = 0;
        session.handle({ kind: "stop" });
      };
      await scans[name]?.(session);
      // The callback was called.
      expect(session.callbacks[name]).toBeUndefined();
      expect(session.log).toEqual(withCode.includes(name) ? ["withdraw", "onCodeDestroyed"] : []);
      expect(session.running.size).toBe(0);
    },
  );

  it.each(Object.keys(scans))(
    "restart() in %s starts again: nothing of the earlier step follows",
    async (name) => {
      const session = startSessionIn(withoutRenewals);
      session.callbacks[name] = () => {
        delete session.callbacks[name];
        session.log.length = 0;
        session.handle({ kind: "restart" });
      };
      await scans[name]?.(session);
      const released = withCode.includes(name) ? ["withdraw", "onCodeDestroyed"] : [];
      expect(session.log).toEqual([...released, "show loading", "onRetry"]);
      expect([...session.running.keys()]).toEqual([{ kind: "challenge" }]);
    },
  );

  it("stop() in onCodeLoadFailed withdraws a code whose image would be given up", async () => {
    const session = startSessionIn();
    await session.showCode();
    for (let failures = 1; failures <= 3; failures++) await session.image("imageFailed");
    session.log.length = 0;
    session.callbacks.onCodeLoadFailed = () => session.handle({ kind: "stop" });
    await session.image("imageFailed");
    expect(session.log).toEqual(["onCodeLoadFailed", "withdraw", "onCodeDestroyed"]);
  });

  it("stop() in onCodeDestroyed prevents the renewal", async () => {
    const session = startSessionIn();
    await session.showCode();
    session.log.length = 0;
    session.callbacks.onCodeDestroyed = () => session.handle({ kind: "stop" });
    await session.status(statuses.expired);
    expect(session.log).toEqual(["setOnline", "onResult", "onCodeDestroyed"]);
    expect(session.running.size).toBe(0);
  });

  it.each([
    { outcome: "onSuccess", status: statuses.authorized, event: "stop", after: [] },
    { outcome: "onCancel", status: statuses.declined, event: "stop", after: [] },
    {
      outcome: "onSuccess",
      status: statuses.authorized,
      event: "restart",
      after: ["show loading", "onRetry"],
    },
    { outcome: "onCancel", status: statuses.declined, event: "restart", after: ["show loading", "onRetry"] },
  ] as const)(
    "$event() in onCodeDestroyed does not lose $outcome, since the sign-in has ended",
    async (row) => {
      const session = startSessionIn();
      await session.showCode();
      session.callbacks.onCodeDestroyed = () => {
        session.log.length = 0;
        session.handle({ kind: row.event });
      };
      await session.status(row.status);
      expect(session.log).toEqual([...row.after, row.outcome]);
    },
  );

  it("an event of the world in a callback waits until the step is complete", async () => {
    const session = startSessionIn();
    await session.showCode();
    session.log.length = 0;
    session.callbacks.onResult = () => {
      const [lifecycle] = [...session.running.keys()].filter(({ kind }) => kind === "lifecycle");
      if (lifecycle) session.running.get(lifecycle)?.({ kind: "lifecycle", source: lifecycle });
    };
    await session.status(statuses.scanned);
    expect(session.log).toEqual(["setOnline", "onResult", "show scanned", "onScanned"]);
  });

  it("stop() of startPolling in onScanned ends the watch, without onSuccess", async () => {
    const fake = fakeWorld<TicketEvent>();
    const { handle } = runMachine<TicketState, TicketEvent>(
      (context) => [startWatching("handle", 1_000, context)],
      stepTicket,
      fake.world,
    );
    fake.callbacks.onScanned = () => handle({ kind: "stop" });
    await fake.send("stream", (source) => ({ kind: "status", source, result: statuses.authorized }));
    expect(fake.log).toEqual(["setOnline", "onResult", "show scanned", "onScanned"]);
    expect(fake.running.size).toBe(0);
  });
});

describe("a login in the order of its effects", () => {
  it("a scan and its approval call the page in the documented order", async () => {
    const session = startSessionIn();
    await session.showCode();
    await session.image("imageLoaded");
    for (const name of ["pending", "scanned", "authorized"] as const) await session.status(statuses[name]);
    const callbacks = session.log.filter((name) => name.startsWith("on"));
    expect(callbacks).toEqual([
      ...["onCodeShow", "onCodeLoaded", "onResult", "onResult", "onScanned", "onResult"],
      ...["onCodeDestroyed", "onSuccess"],
    ]);
  });

  it("a code that arrives after stop() is withdrawn", async () => {
    const session = startSessionIn();
    await session.challenge();
    const [source] = session.running.keys();
    if (!source) throw new Error("no request for a code");
    const send = session.running.get(source);
    session.handle({ kind: "stop" });
    session.log.length = 0;
    send?.({ kind: "create", source, result: newCode() });
    await Promise.resolve();
    expect(session.log).toEqual(["withdraw"]);
  });
});

describe("the sources of a running machine", () => {
  type Toy = { readonly sources: readonly Source[] };
  const [one, two, three]: readonly Source[] = [1, 2, 3].map(() => ({ kind: "timer" }));
  const all = [one, two, three] as readonly Source[];

  it("a source starts when it first appears, keeps running, and is cancelled once a state lacks it", () => {
    const changes: string[] = [];
    const world: World<number> = {
      getContext: () => visible,
      perform() {},
      start(source) {
        const number = all.indexOf(source) + 1;
        changes.push(`start ${number}`);
        return () => changes.push(`cancel ${number}`);
      },
    };
    const pick = (count: number): Step<Toy, number> => [{ sources: all.slice(3 - count) }];
    const { handle } = runMachine<Toy, number>(
      () => pick(1),
      (_, count) => pick(count),
      world,
    );
    expect(changes.splice(0)).toEqual(["start 3"]);
    handle(3);
    expect(changes.splice(0)).toEqual(["start 1", "start 2"]);
    handle(1);
    expect(changes.splice(0)).toEqual(["cancel 1", "cancel 2"]);
    handle(0);
    expect(changes.splice(0)).toEqual(["cancel 3"]);
  });
});
