import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { programArgs } from "../support/program.js";
import { withTimeout } from "../support/timeout.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Bound of a start and of an end, in milliseconds. It catches a hang on a machine that is busy. */
const bound = 60_000;

/** A process of qrlogin with a fixed address, which a test restarts. */
export interface Restartable {
  readonly name: string;
  readonly address: string;
  /** Returns the log since the last start. */
  log(): string;
  /** Starts the process. Resolves when it is ready. */
  start(): Promise<void>;
  /** Ends the process with the signal. Resolves with its exit code, or null if the signal killed it. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

/** Creates a process, which logs to this file. It ends with the process of the tests. */
export function createRestartable(
  name: string,
  address: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  logFile: string,
): Restartable {
  const inherited = Object.entries(process.env).filter(([key]) => !/^(QRLOGIN_|NODE_ENV$|npm_)/i.test(key));
  const env = { ...Object.fromEntries(inherited), ...variables };
  let child: ChildProcess | undefined;
  let start = 0;
  const log = () => readFileSync(logFile, "utf8").slice(start);
  return {
    name,
    address,
    log,
    async start() {
      const file = openSync(logFile, "a");
      start = readFileSync(logFile, "utf8").length;
      const started = spawn(process.execPath, [...programArgs("src/main.ts"), ...args], {
        ...{ cwd: root, env, stdio: ["ignore", file, file] },
      });
      process.once("exit", () => started.kill("SIGKILL"));
      child = started;
      const until = performance.now() + bound;
      while (!log().includes('"msg":"ready"')) {
        if (started.exitCode !== null || performance.now() > until)
          throw new Error(`${name} does not start: ${log()}`);
        await sleep(20);
      }
    },
    async end(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const exited = once(child, "exit");
      child.kill(signal);
      const [code] = await withTimeout(exited, `the end of ${name} by ${signal}`, bound);
      return code as number | null;
    },
  };
}
