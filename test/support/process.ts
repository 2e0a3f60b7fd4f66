import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { programArgs } from "./program.js";
import { createChangeSignal, withTimeout } from "./timeout.js";

/** Bound for what a process does, in milliseconds: it may have to start on a busy machine first. */
const processTimeoutMs = 90_000;

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How a process came to its end. */
export interface ProcessExit {
  /** Null if a signal killed it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs. Killed with all its children when the test is over. */
export interface RunningProcess {
  readonly pid: number;
  /** Fulfilled when the process has ended and its pipes are closed. */
  readonly exited: Promise<ProcessExit>;
  /** To this one process, not to its children. */
  kill(signal: NodeJS.Signals): void;
  /** Fulfilled with the first line of the standard output that has this text; rejected if the process ends without. */
  waitForLine(text: string): Promise<string>;
}

/** Further environment variables; undefined takes one away. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Starts a command in the root of the project. Of our own variables it sees the given ones alone. */
export function startProcess(
  command: string,
  args: readonly string[],
  variables: EnvironmentVariables = {},
): RunningProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(QRLOGIN_|NODE_ENV$|npm_)/i.test(name));
  const env = { ...Object.fromEntries(inherited), ...variables };
  // A group of its own, so that what it leaves behind can be found.
  const child = spawn(command, args, { cwd: root, env, detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  child.stdin.end();
  const heard = listen(child);
  const ended = once(child, "close").then(
    ([code, signal]): ProcessExit => ({ code, signal, ...heard.texts }),
  );
  const said = () => `${command} ${args.join(" ")} has said ${JSON.stringify(heard.texts)}`;
  onTestFinished(async () => {
    killGroup(pid);
    await ended;
  });
  return {
    pid,
    get exited() {
      return withTimeout(ended, () => `the end of a process; ${said()}`, processTimeoutMs);
    },
    kill: (signal) => void child.kill(signal),
    async waitForLine(text) {
      const failure = ended.then((end) => {
        throw new Error(`it ended without a line with ${text}: ${JSON.stringify(end)}`);
      });
      return Promise.race([heard.line(text, () => `a line with ${text}; ${said()}`), failure]);
    },
  };
}

/** Starts `qrlogin` with these words, as a child process. */
export function startQrlogin(args: readonly string[], variables?: EnvironmentVariables): RunningProcess {
  return startProcess(process.execPath, [...programArgs("src/main.ts"), ...args], variables);
}

/** Runs `qrlogin` to its end. */
export function qrlogin(args: readonly string[], variables?: EnvironmentVariables): Promise<ProcessExit> {
  return startQrlogin(args, variables).exited;
}

/** What development mode listens on without getting in anybody's way. */
export const anyPortEnvironment = {
  QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
  QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
} as const;

/** Waits until `serve` or `gateway` is ready. Answers the addresses that it says, empty where it serves none. */
export async function readyAddresses(running: RunningProcess): Promise<{ grpc: string; gateway: string }> {
  const said: { grpc?: string; gateway?: string } = JSON.parse(await running.waitForLine('"msg":"ready"'));
  return { grpc: "", gateway: "", ...said };
}

/** Waits until `serve` is ready. Answers where gRPC listens. */
export async function readyAddress(running: RunningProcess): Promise<string> {
  return (await readyAddresses(running)).grpc;
}

/** Whether anybody answers a connection to `HOST:PORT`. */
export async function isListening(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  try {
    await withTimeout(once(socket, "connect"), "`connect` of the socket");
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return false;
    throw error;
  } finally {
    socket.destroy();
  }
}

function listen(child: ChildProcessWithoutNullStreams) {
  const texts = { stdout: "", stderr: "" };
  const changes = createChangeSignal();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.stdout += text;
    changes.notify();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  return {
    texts,
    line: (wanted: string, what: () => string) =>
      // The last one is not whole yet.
      changes.waitFor(
        () =>
          texts.stdout
            .split("\n")
            .slice(0, -1)
            .find((line) => line.includes(wanted)),
        what,
        processTimeoutMs,
      ),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Gone already, as it should be.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
