import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultPolicy } from "../../src/domain/policy.js";
import type { Ticket, TicketState } from "../../src/domain/ticket.js";
import { isTerminal } from "../../src/domain/ticket.js";
import { TicketError } from "../../src/domain/ticket_error.js";
import type { Approver } from "../../src/domain/user.js";
import { flushPromises } from "../support/clock.js";
import { alice, bob, lifetimes, shop } from "../support/tickets.js";
import { requireSettled } from "../support/timeout.js";
import type { CreatedTicket } from "./service_fixture.js";
import { createService, ttlPolicy } from "./service_fixture.js";

/** The expected state of the ticket, computed by simple means. */
interface Model {
  state: TicketState | "FORGOTTEN";
  readonly needsCheckCode: boolean;
  wrongCodes: number;
  endedBy: "approver" | "creator" | "wrong codes" | undefined;
  scanner: string | undefined;
  revision: number;
  /** Milliseconds until the state expires or, once finished, the ticket is deleted. */
  left: number;
}

interface Real {
  readonly service: ReturnType<typeof createService>;
  readonly created: CreatedTicket;
  exchanges: number;
}

type Step = fc.AsyncCommand<Model, Real>;

function write(model: Model, state: TicketState, left = model.left): void {
  model.state = state;
  model.revision += 1;
  model.left = isTerminal(state) ? lifetimes.retention : left;
}

const endings: Partial<Record<Model["state"], string>> = {
  EXCHANGED: "TICKET_ALREADY_EXCHANGED",
  CANCELLED: "TICKET_CANCELLED",
  EXPIRED: "TICKET_EXPIRED",
  FORGOTTEN: "TICKET_NOT_FOUND",
};

/** Resolves with "done" or with the reason of the error. */
async function answerTo(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    if (error instanceof TicketError) return error.reason;
    throw error;
  }
}

/** Returns a call with the result, and the stored ticket, that the model predicts. */
function step(
  name: string,
  call: (real: Real) => Promise<unknown>,
  expectation: (model: Model) => string,
): Step {
  return {
    check: () => true,
    async run(model, real) {
      const answer = await answerTo(call(real));
      expect(answer).toBe(expectation(model));
      await expectStored(model, real);
    },
    toString: () => name,
  };
}

async function expectStored(model: Model, { service, created }: Real): Promise<void> {
  const ticket = await service.memory.get(created.id);
  if (model.state === "FORGOTTEN") expect(ticket).toBeUndefined();
  else {
    const { state, revision, scanner } = ticket ?? {};
    expect({ state, revision, scanner: scanner?.subject }).toEqual({
      state: model.state,
      revision: model.revision,
      scanner: model.scanner,
    });
  }
}

/** Returns the error that does not depend on the state, or undefined if the approver passes. */
function accessFailureOf(model: Model, by: Approver): string | undefined {
  if (model.state === "FORGOTTEN") return "TICKET_NOT_FOUND";
  return model.scanner !== undefined && model.scanner !== by.subject ? "SCANNED_BY_ANOTHER_USER" : undefined;
}

const scan = (by: Approver) =>
  step(
    `${by.subject} scans`,
    ({ service, created }) => service.scan(created.id, by),
    (model) => {
      const failure = accessFailureOf(model, by) ?? endings[model.state];
      if (failure) return failure;
      if (model.state === "PENDING") {
        model.scanner = by.subject;
        write(model, "SCANNED");
      }
      return "done";
    },
  );

const authorize = (by: Approver) =>
  step(
    `${by.subject} authorizes`,
    ({ service, created }) => service.authorize(created.id, by),
    (model) => {
      const failure = accessFailureOf(model, by) ?? endings[model.state];
      if (failure) return failure;
      if (model.state === "PENDING") return "TICKET_NOT_SCANNED";
      if (model.state !== "SCANNED") return "done";
      if (model.needsCheckCode) {
        write(model, "AWAITING_CHECK_CODE", Math.max(model.left, lifetimes.checkCode));
      } else write(model, "AUTHORIZED", lifetimes.authorized);
      return "done";
    },
  );

const submitCheckCode = (kind: "right" | "wrong") =>
  step(
    `the creator submits the ${kind} code`,
    async ({ service, created }) => {
      const digits = (await service.memory.get(created.id))?.checkCode?.digits ?? "000000";
      const wrong = digits.replace(/./g, (digit) => String(9 - Number(digit)));
      await service.tickets.submitCheckCode(shop, created.proof, kind === "right" ? digits : wrong);
    },
    (model) => {
      const ended = endings[model.state];
      if (ended) return ended;
      if (model.state === "AUTHORIZED" && model.needsCheckCode && kind === "right") return "done";
      if (model.state !== "AWAITING_CHECK_CODE") return "CHECK_CODE_NOT_EXPECTED";
      if (kind === "right") {
        write(model, "AUTHORIZED", lifetimes.authorized);
        return "done";
      }
      model.wrongCodes += 1;
      if (model.wrongCodes < 3) write(model, "AWAITING_CHECK_CODE");
      else {
        model.endedBy = "wrong codes";
        write(model, "CANCELLED");
      }
      return "CHECK_CODE_MISMATCH";
    },
  );

const cancel = (by: Approver) =>
  step(
    `${by.subject} cancels`,
    ({ service, created }) => service.tickets.cancel(by, created.id),
    (model) => {
      const failure = accessFailureOf(model, by);
      if (failure) return failure;
      if (model.state === "CANCELLED" && model.endedBy === "approver") return "done";
      const ended = endings[model.state];
      if (ended) return ended;
      if (model.state === "PENDING") return "TICKET_NOT_SCANNED";
      if (model.state === "AUTHORIZED") return "TICKET_ALREADY_AUTHORIZED";
      model.endedBy = "approver";
      write(model, "CANCELLED");
      return "done";
    },
  );

const withdraw = () =>
  step(
    "the creator withdraws",
    ({ service, created }) => service.tickets.withdraw(shop, created.proof),
    (model) => {
      if (model.state === "CANCELLED" && model.endedBy === "creator") return "done";
      const ended = endings[model.state];
      if (ended) return ended;
      model.endedBy = "creator";
      write(model, "CANCELLED");
      return "done";
    },
  );

const exchange = (callers: number) =>
  step(
    `${callers} exchange at once`,
    async (real) => {
      const calls = Array.from({ length: callers }, () =>
        real.service.tickets.exchange(shop, real.created.exchangeTicket, ""),
      );
      const outcomes = await Promise.allSettled(calls);
      const won = outcomes.filter(({ status }) => status === "fulfilled").length;
      real.exchanges += won;
      const lost = outcomes.find(({ status }) => status === "rejected");
      if (won === 0 && lost?.status === "rejected") throw lost.reason;
    },
    (model) => {
      const ended = endings[model.state];
      if (ended) return ended;
      if (model.state !== "AUTHORIZED") return "TICKET_NOT_AUTHORIZED";
      write(model, "EXCHANGED");
      return "done";
    },
  );

// Whole seconds, so that the sweep is never late and the model needs no tolerance.
const wait = (seconds: number) =>
  step(
    `${seconds} s go by`,
    ({ service }) => service.clock.advanceAsync(seconds * 1_000),
    (model) => {
      for (let ms = seconds * 1_000; ms > 0 && model.state !== "FORGOTTEN"; ) {
        const passed = Math.min(ms, model.left);
        ms -= passed;
        model.left -= passed;
        if (model.left > 0) continue;
        if (endings[model.state]) model.state = "FORGOTTEN";
        else write(model, "EXPIRED");
      }
      return "done";
    },
  );

/** Watches the ticket to the end and keeps every message. */
function observe({ service, created }: Real) {
  const watch = service.watch(shop, created.proof);
  const enough = new Error("enough");
  const messages: Ticket[] = [];
  async function drain(): Promise<"ended" | "ended early"> {
    try {
      for await (const ticket of watch) messages.push(ticket);
      return "ended";
    } catch (error) {
      if (error === enough) return "ended early";
      throw error;
    }
  }
  return { end: () => watch.end(enough), messages, ended: drain() };
}

const people = fc.constantFrom(alice, bob);
const steps = [
  people.map(scan),
  people.map(authorize),
  people.map(cancel),
  fc.constant(undefined).map(withdraw),
  fc.constantFrom("right" as const, "wrong" as const).map(submitCheckCode),
  fc.integer({ min: 1, max: 3 }).map(exchange),
  fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 400 })).map(wait),
];

/** The steps of a login, of which a sequence begins with some. Few random sequences would find them all. */
const login = [scan(alice), authorize(alice), submitCheckCode("right"), exchange(2)];

const policies = [
  { name: "without a check code", policy: defaultPolicy },
  { name: "with a check code", policy: { ...defaultPolicy, checkCode: { mode: "always", digits: 6 } } },
] as const;

test.each(policies)(
  "every sequence of two approvers, the creator and the clock leads to the ticket of the model, $name",
  async ({ policy }) => {
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(login.length),
        fc.commands(steps, { maxCommands: 25 }),
        async (begun, commands) => {
          const service = createService({}, policy);
          const created = await service.create({ asksForCheckCode: true });
          const real: Real = { service, created, exchanges: 0 };
          const model: Model = {
            state: "PENDING",
            needsCheckCode: policy.checkCode.mode === "always",
            wrongCodes: 0,
            endedBy: undefined,
            scanner: undefined,
            revision: 1,
            left: ttlPolicy.ttl,
          };
          const history = [await service.stored(created.id)];
          const reads: Promise<unknown>[] = [];
          // The store in memory notifies during a write, and the read gets what was just written, so no write goes
          // unseen.
          await service.memory.subscribe(created.id, () => {
            reads.push(service.memory.get(created.id).then((ticket) => ticket && history.push(ticket)));
          });
          const watch = observe(real);
          await flushPromises();

          await fc.asyncModelRun(() => ({ model, real }), login.slice(0, begun));
          await fc.asyncModelRun(() => ({ model, real }), commands);

          await flushPromises();
          await Promise.all(reads);
          expect(history.map(({ revision }) => revision)).toEqual(history.map((_, i) => i + 1));
          expect(new Set(history.map(({ writeId }) => writeId)).size).toBe(history.length);
          expect(history.filter(({ state }) => isTerminal(state)).length).toBeLessThanOrEqual(1);
          expect(history.slice(0, -1).every(({ state }) => !isTerminal(state))).toBe(true);
          const exchanged = history.filter(({ state }) => state === "EXCHANGED").length;
          expect(real.exchanges).toBe(exchanged);

          const last = history.at(-1) as Ticket;
          if (isTerminal(last.state))
            expect(await requireSettled(watch.ended, "the end of the watch")).toBe("ended");
          else watch.end();
          await requireSettled(watch.ended, "the end of a watch that was ended");
          expect(watch.messages.at(-1)).toEqual(last);
          const revisions = watch.messages.map(({ revision }) => revision);
          expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
          expect(service.faults.subscriptions).toBe(0);
          if (exchanged) reached += 1;
        },
      ),
      { numRuns: 300 },
    );
    // A generator that never reaches an exchange would prove nothing.
    expect(reached).toBeGreaterThan(0);
  },
);
