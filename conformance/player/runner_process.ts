import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { RunnerError } from "./expectations.js";

/** A command for a runner, without its id. */
export type RunnerCommand = { readonly command: string } & Readonly<Record<string, unknown>>;

/** End of a command. */
export type RunnerResult =
  | { readonly result: Readonly<Record<string, unknown>> }
  | { readonly error: RunnerError };

/** A running runner. */
export interface Runner {
  /**
   * Sends a command. Resolves with its result.
   *
   * @throws RunnerLostError when the runner has ended, breaks the protocol, or writes no result in time.
   */
  send(command: RunnerCommand): Promise<RunnerResult>;
  /** Returns what the runner has written to standard error so far. */
  errorOutput(): string;
  /** Ends the input, and waits for the end of the process. @throws RunnerLostError when it does not end with 0. */
  close(): Promise<void>;
  /** Ends the process at once. */
  kill(): void;
}

/** A fault of a runner, after which it cannot be used. */
export class RunnerLostError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RunnerLostError";
  }
}

/** Options with which a runner is started. */
export interface RunnerOptions {
  readonly command: readonly [string, ...string[]];
  /** Time for the result of a command, in milliseconds. Longer than the deadline of a call. */
  readonly timeoutMs?: number;
  /** Time for the end of the process after that of its input, in milliseconds. */
  readonly endTimeoutMs?: number;
}

interface Waiting {
  readonly command: string;
  resolve(result: RunnerResult): void;
  reject(error: Error): void;
}

/** Starts a runner. */
export function startRunner({
  command: [file, ...parameters],
  timeoutMs = 30_000,
  endTimeoutMs = 10_000,
}: RunnerOptions): Runner {
  const child: ChildProcess = spawn(file, parameters, { stdio: ["pipe", "pipe", "pipe"] });
  const waiting = new Map<number, Waiting>();
  let lost: RunnerLostError | undefined;
  let errorText = "";
  let lastId = 0;

  function lose(message: string): void {
    lost ??= new RunnerLostError(message + lastLines(errorText));
    for (const { reject } of waiting.values()) reject(lost);
    waiting.clear();
    child.kill("SIGKILL");
  }

  const ended = new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      lose(`the runner does not start: ${error.message}`);
      resolve(null);
    });
    child.on("close", (code, signal) => {
      lose(`the runner has ended with ${signal ?? code}`);
      resolve(code);
    });
  });
  // The input of a process that has ended reports an error. The end of the process is reported above.
  child.stdin?.on("error", () => {});
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errorText += text;
  });

  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    const message = parseLine(line);
    if (!message) {
      lose(`the runner has written something that is not a result: ${line.slice(0, 200)}`);
      return;
    }
    const { id, ...result } = message;
    const command = waiting.get(id);
    waiting.delete(id);
    if (command) command.resolve(result as RunnerResult);
    else lose(`the runner has written a result for the command ${id}, which does not wait for one`);
  });

  return {
    async send(command) {
      if (lost) throw lost;
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => lose(`the runner has not answered within ${timeoutMs} ms: ${describe(command)}`),
          timeoutMs,
        );
        const stopTimer = () => clearTimeout(timer);
        waiting.set(id, {
          command: command.command,
          resolve(result) {
            stopTimer();
            resolve(result);
          },
          reject(error) {
            stopTimer();
            reject(error);
          },
        });
        child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`);
      });
    },
    errorOutput: () => errorText,
    async close() {
      if (lost) throw lost;
      const timer = setTimeout(() => lose("the runner does not end after its input has"), endTimeoutMs);
      child.stdin?.end();
      const code = await ended;
      clearTimeout(timer);
      if (code !== 0) throw lost ?? new RunnerLostError(`the runner has ended with ${code}`);
    },
    kill: () => lose("the player has ended the runner"),
  };
}

function parseLine(line: string): ({ readonly id: number } & RunnerResult) | undefined {
  try {
    const message = JSON.parse(line) as { id?: unknown; result?: unknown; error?: unknown };
    const isResult = (value: unknown) => typeof value === "object" && value !== null;
    if (typeof message.id !== "number" || isResult(message.result) === isResult(message.error))
      return undefined;
    return message as { readonly id: number } & RunnerResult;
  } catch {
    return undefined;
  }
}

/** Returns the command without the values of its fields, since they may be secrets. */
function describe({ command, rpc, client, watch }: RunnerCommand): string {
  return [command, rpc, client, watch].filter((part) => part !== undefined).join(" ");
}

function lastLines(text: string): string {
  const lines = text.trimEnd().split("\n").slice(-5);
  return text === "" ? "" : `\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
