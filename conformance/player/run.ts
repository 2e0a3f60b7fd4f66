import { show } from "./expectations.js";
import type { PlayOptions } from "./play_scenario.js";
import type { RunnerCommand, RunnerResult } from "./runner_process.js";
import type { Scenario, StepOf } from "./schema.js";
import type { Stage } from "./stage.js";
import { secretsIn, type Values } from "./values.js";

/** The run of one scenario. */
export interface Run {
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

/** The end of a command. */
export interface Timed {
  readonly outcome: RunnerResult;
  /** Time until the result, in milliseconds. */
  readonly ms: number;
}

/** Creates the run of a scenario on its stage. No client is open yet. */
export function createRun(scenario: Scenario, stage: Stage, { runner, cast, prefix }: PlayOptions): Run {
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
