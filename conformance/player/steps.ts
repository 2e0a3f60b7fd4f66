import { exchangeTicketOf } from "../../src/domain/secrets.js";
import { compareBounds, compareFailure, compareMessage, type RunnerError, show } from "./expectations.js";
import type { Run, Timed } from "./run.js";
import type { RunnerCommand, RunnerResult } from "./runner_process.js";
import type { Bounds, Failure, Step, StepOf } from "./schema.js";
import type { Stage } from "./stage.js";
import { changeSurroundings } from "./surroundings.js";
import { resolveReferences } from "./values.js";

/** Time within which requests must reach the service, in milliseconds. */
const requestTimeout = 20_000;

/** Plays one step. Resolves with the differences between what happened and what the step says. */
export async function playStep(rawStep: Exclude<Step, { kind: "play" }>, run: Run): Promise<string[]> {
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

function derive({ derive: what, from }: StepOf<"derive">, run: Run): string {
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

async function playCall(step: StepOf<"call">, run: Run): Promise<string[]> {
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
  begin(step.begin, command, run);
  return [];
}

/** Sends a command whose end a later step waits for. */
function begin(name: string, command: RunnerCommand, run: Run): void {
  const result = run.send(command);
  // The step that waits for it reports the error. Another step may end the scenario before.
  result.catch(() => {});
  run.running.set(name, result);
}

async function playNext(step: StepOf<"next">, run: Run): Promise<string[]> {
  const command = { command: "next", watch: step.next };
  if (step.begin !== undefined) {
    begin(step.begin, command, run);
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
  run: Run,
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
