import { exchangeTicketOf } from "../../src/domain/secrets.js";
import { compareBounds, compareFailure, compareMessage, type RunnerError, show } from "./expectations.js";
import type { PlayOptions } from "./play_scenario.js";
import type { RunnerCommand, RunnerResult } from "./runner_process.js";
import type { Bounds, Failure, Scenario, Step, StepOf } from "./schema.js";
import type { Stage } from "./stage.js";
import { resolveReferences, secretsIn, type Values } from "./values.js";

/** Time within which requests must reach the service, in milliseconds. */
const requestTimeout = 20_000;

/** The run of one scenario. */
export interface Performance {
  readonly stage: Stage;
  readonly values: Values;
  /** Secrets that have been handed out. */
  readonly secrets: Set<string>;
  readonly errorMessages: string[];
  /** Commands that have begun, by the name of their `begin`. */
  readonly running: Map<string, Promise<Timed>>;
  /** Sends a command to the runner, with the names of this run. */
  send(command: RunnerCommand): Promise<Timed>;
  /** Opens the client of a caller of the cast, unless it is open. */
  ensureClient(name: string): Promise<void>;
  /** Opens a client. */
  openClient(step: StepOf<"open">): Promise<Timed>;
  closeClient(name: string): Promise<Timed>;
  /** Closes all clients. */
  end(): Promise<void>;
}

interface Timed {
  readonly outcome: RunnerResult;
  /** Time until the result, in milliseconds. */
  readonly ms: number;
}

export function createPerformance(
  scenario: Scenario,
  stage: Stage,
  { runner, cast, prefix }: PlayOptions,
): Performance {
  const opened = new Set<string>();
  const secrets = new Set<string>();
  const errorMessages: string[] = [];

  async function send(command: RunnerCommand): Promise<Timed> {
    for (const secret of secretsIn(command.request)) secrets.add(secret);
    const { client, watch } = command;
    const startedAt = performance.now();
    const outcome = await runner.send({
      ...command,
      ...(client !== undefined && { client: `${prefix}${client}` }),
      ...(watch !== undefined && { watch: `${prefix}${watch}` }),
    });
    const ms = performance.now() - startedAt;
    if ("error" in outcome) errorMessages.push(String(outcome.error.message));
    else for (const secret of secretsIn(outcome.result)) secrets.add(secret);
    return { outcome, ms };
  }

  /** Returns the file of certificates that the client trusts; undefined for plain text. */
  function rootCertificatesFor(trusts: StepOf<"open">["trusts"]): string | undefined {
    if (!scenario.tls || trusts === "plain text") return undefined;
    return trusts === "the service" ? stage.host.rootCertificates : stage.host.foreignCertificates;
  }

  async function openClient({ open, app, token, deadline, trusts }: StepOf<"open">) {
    const known = cast.get(open);
    const identity =
      (app && { appId: app.id, appSecret: app.secret }) ?? (token === undefined ? known : { token });
    if (!identity) throw new Error(`nobody is called ${open}, and the step gives no credential`);
    const rootCertificates = rootCertificatesFor(trusts);
    const result = await send({
      command: "open",
      client: open,
      kind: "token" in identity ? "approver" : "app",
      address: stage.network.address,
      ...identity,
      ...(deadline !== undefined && { deadlineMs: deadline }),
      ...(rootCertificates !== undefined && { rootCertificates }),
    });
    if ("result" in result.outcome) opened.add(open);
    return result;
  }

  async function closeClient(client: string) {
    opened.delete(client);
    return send({ command: "close", client });
  }

  return {
    ...{ stage, secrets, errorMessages, send, openClient, closeClient },
    values: new Map(),
    running: new Map(),
    async ensureClient(name) {
      if (opened.has(name)) return;
      const { outcome } = await openClient({ kind: "open", open: name, trusts: "the service" });
      if ("error" in outcome) throw new Error(`the client of ${name} does not open: ${show(outcome.error)}`);
    },
    async end() {
      for (const client of opened) await closeClient(client);
    },
  };
}

/** Plays one step. Resolves with the differences between what happened and what the step says. */
export async function playStep(
  rawStep: Exclude<Step, { kind: "play" }>,
  run: Performance,
): Promise<string[]> {
  const { stage, running } = run;
  const step = resolveReferences(rawStep, run.values);
  switch (step.kind) {
    case "open":
      return judge(await run.openClient(step), step, run, []);
    case "call":
      return playCall(step, run);
    case "finish": {
      const finished = await (running.get(step.finish) as Promise<Timed>);
      running.delete(step.finish);
      if (step.cancelled && isCancelled(finished.outcome)) return [];
      return judge(finished, step, run, ["response", "status"]);
    }
    case "watch":
      await run.ensureClient(step.by);
      return judge(
        await run.send({
          ...{ command: "watch", client: step.by, watch: step.watch, request: step.with, raw: step.raw },
        }),
        {},
        run,
        [],
      );
    case "next":
      return playNext(step, run);
    case "cancel":
      return judge(await run.send({ command: "cancel", watch: step.cancel }), {}, run, []);
    case "close":
      return judge(await run.closeClient(step.close), {}, run, []);
    case "pkce": {
      const given = step.pkce === null ? {} : { codeVerifier: step.pkce };
      return judge(await run.send({ command: "pkce", ...given }), step, run, []);
    }
    case "derive":
      run.values.set(step.as, derive(step, run));
      return [];
    case "set":
      run.values.set(step.set, step.to);
      return [];
    case "requests":
      return checkRequests(step, stage);
    default:
      await changeSurroundings(step, stage);
      return [];
  }
}

function derive({ derive: what, from }: StepOf<"derive">, run: Performance): string {
  if (what === "exchange ticket") {
    const { ticketId, ticketSecret } = from as { ticketId: string; ticketSecret: string };
    const exchangeTicket = exchangeTicketOf(ticketId, ticketSecret);
    run.secrets.add(exchangeTicket);
    return exchangeTicket;
  }
  const text = String(from);
  const [first = "", other = ""] = what === "wrong check code" ? ["0", "1"] : ["A", "B"];
  return (text.startsWith(first) ? other : first) + text.slice(1);
}

async function playCall(step: StepOf<"call">, run: Performance): Promise<string[]> {
  await run.ensureClient(step.by);
  const command = {
    ...{ command: "call", client: step.by, rpc: step.call, request: step.with },
    ...(step.deadline !== undefined && { deadlineMs: step.deadline }),
  };
  if (step.times !== undefined) {
    const all = await Promise.all(Array.from({ length: step.times }, () => run.send(command)));
    return judgeAll(all, step.outcomes ?? []);
  }
  if (step.begin === undefined) return judge(await run.send(command), step, run, ["response"]);
  run.running.set(step.begin, run.send(command));
  return [];
}

async function playNext(step: StepOf<"next">, run: Performance): Promise<string[]> {
  const command = { command: "next", watch: step.next };
  if (step.begin !== undefined) {
    run.running.set(step.begin, run.send(command));
    return [];
  }
  if (step.until === undefined) return judge(await run.send(command), step, run, ["status"]);
  let lastRevision = 0;
  for (;;) {
    const read = await run.send(command);
    const differences = judge(read, { ...step, gives: {} }, run, ["status"]);
    if (differences.length > 0 || !("result" in read.outcome)) return differences;
    const status = read.outcome.result.status as { revision?: number };
    if ((status.revision ?? 0) < lastRevision)
      return [`the revision fell from ${lastRevision} to ${status.revision}`];
    lastRevision = status.revision ?? 0;
    if (compareMessage(step.until, status).length === 0) return [];
  }
}

interface ExpectedOutcome {
  readonly gives?: Record<string, unknown> | undefined;
  readonly fails?: Failure | undefined;
  readonly ends?: true | undefined;
  readonly cancelled?: true | undefined;
  readonly takes?: Bounds | undefined;
  readonly as?: string | undefined;
}

/**
 * Compares the end of a command with what is expected, and saves the message.
 *
 * @param wrappers Fields of the result that may have the message. Without any, the result is the message.
 */
function judge(
  { outcome, ms }: Timed,
  { gives, fails, ends, cancelled, takes, as }: ExpectedOutcome,
  run: Performance,
  wrappers: readonly string[],
): string[] {
  const late = takes ? compareBounds("the time", takes, ms) : [];
  if ("error" in outcome) {
    if (!fails) return [`has failed with ${showError(outcome.error)}`];
    return [...compareFailure(fails, outcome.error), ...late];
  }
  if (fails) return [`has given ${show(outcome.result)}, not the error ${fails.reason ?? fails.code}`];
  if (ends) return outcome.result.end === true ? late : [`has given ${show(outcome.result)}, not the end`];
  if (cancelled) return [`has given ${show(outcome.result)}, although it was cancelled`];
  if (outcome.result.end === true) return ["has given the end"];
  const wrapper = wrappers.find((name) => name in outcome.result);
  if (wrapper === undefined && wrappers.length > 0) return [`the result has no ${wrappers.join(" or ")}`];
  const message = wrapper === undefined ? outcome.result : outcome.result[wrapper];
  if (as !== undefined) run.values.set(as, message);
  return [...(gives ? compareMessage(gives, message) : []), ...late];
}

function isCancelled(outcome: RunnerResult): boolean {
  return "error" in outcome ? outcome.error.code === "CANCELLED" : outcome.result.end === true;
}

/** Compares the ends of equal calls with the expected ones, in any order. */
function judgeAll(all: readonly Timed[], expected: NonNullable<StepOf<"call">["outcomes"]>): string[] {
  const left = [...all];
  const differences = expected.flatMap(({ count, gives, fails }) => {
    const matches = (outcome: RunnerResult) =>
      "error" in outcome
        ? fails !== undefined && compareFailure(fails, outcome.error).length === 0
        : fails === undefined && compareMessage(gives ?? {}, outcome.result.response).length === 0;
    const found = left.filter(({ outcome }) => matches(outcome));
    for (const each of found) left.splice(left.indexOf(each), 1);
    const what = fails ? [fails.code].flat().join(" or ") : "a response";
    return found.length === count ? [] : [`${found.length} calls have ended with ${what}, not ${count}`];
  });
  const [other] = left;
  if (!other) return differences;
  const example = "error" in other.outcome ? showError(other.outcome.error) : show(other.outcome.result);
  return [...differences, `${left.length} calls have ended otherwise, such as with ${example}`];
}

function showError({ code, reason, message }: RunnerError): string {
  return [code, reason, message]
    .filter((part) => part !== undefined)
    .map(String)
    .join(", ");
}

/** Waits until the requests have reached the service. More than the given number is a difference. */
async function checkRequests(
  { requests, count, spread }: StepOf<"requests">,
  stage: Stage,
): Promise<string[]> {
  const signal = AbortSignal.timeout(requestTimeout);
  while (stage.requestsOf(requests).length < count && !signal.aborted) await stage.nextRequest(signal);
  const moments = stage.requestsOf(requests);
  if (moments.length !== count) return [`${moments.length} requests have reached the service, not ${count}`];
  return spread
    ? compareBounds("the time from first to last", spread, (moments.at(-1) ?? 0) - (moments[0] ?? 0))
    : [];
}

async function changeSurroundings(
  step: Extract<Step, { kind: "clock" | "network" | "server" | "store" | "issuer" | "signIns" }>,
  stage: Stage,
): Promise<void> {
  const { network } = stage;
  switch (step.kind) {
    case "clock":
      return stage.host.clock.advance(step.clock);
    case "network": {
      const actions = {
        cut: network.cut,
        refuse: network.refuse,
        hold: network.hold,
        "hold responses": network.holdResponses,
        restore: network.restore,
      };
      return actions[step.network]();
    }
    case "server":
      if (step.server === "start") return network.setTarget(await stage.host.start());
      // A process that is killed ends its connections without a word.
      if (step.server === "kill") network.cut();
      return stage.host.stop();
    case "store": {
      const { store } = stage.host;
      const actions = {
        away: store.takeAway,
        "fails once": store.failOnce,
        "loses the outcome of one write": store.loseNextOutcome,
        "loses every race": store.loseRaces,
        broken: store.break,
        slow: store.slowDown,
        restore: store.restore,
      };
      return actions[step.store]();
    }
    case "signIns":
      if (step.signIns === "enabled") {
        await stage.host.signInSwitch.enable({ kind: "app", id: step.app });
        return;
      }
      return stage.host.signInSwitch.disable({
        ...{ target: { kind: "app", id: step.app }, note: "", adminId: "", disabledAt: undefined },
      });
    case "issuer":
      stage.host.issuer.setAway(step.issuer === "away");
  }
}
