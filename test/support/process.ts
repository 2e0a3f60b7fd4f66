import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { programArgs } from "./program.js";
import { createChangeSignal, withTimeout } from "./timeout.js";

/** Time-out for an action of a process, in milliseconds. It may have to start on a busy machine first. */
const processTimeoutMs = 90_000;

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Exit of a process. */
export interface ProcessExit {
  /** Exit code, or null if a signal killed it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Running process. It is killed with all its children at the end of the test. */
export interface RunningProcess {
  readonly pid: number;
  /** Resolves when the process has exited and its pipes are closed. */
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal to this process, not to its children. */
  kill(signal: NodeJS.Signals): void;
  /**
   * Resolves with the first line of the standard output that contains the text. Rejects if the process exits
   * first.
   */
  waitForLine(text: string): Promise<string>;
}

/** Additional environment variables. Undefined removes one. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Folder and time-out of a process. */
export interface ProcessOptions {
  /** The root of the project by default. */
  readonly folder?: string;
  /** Time-out for each action of the process, in milliseconds. 90 seconds by default. */
  readonly timeoutMs?: number;
}

/** Starts a command. It sees no variables of qrlogin other than the given ones. */
export function startProcess(
  command: string,
  args: readonly string[],
  variables: EnvironmentVariables = {},
  { folder = root, timeoutMs = processTimeoutMs }: ProcessOptions = {},
): RunningProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(QRLOGIN_|NODE_ENV$|npm_)/i.test(name));
  // Tests run at the same time, and only one of them could have the default port.
  const env = { ...Object.fromEntries(inherited), QRLOGIN_METRICS_ENABLED: "false", ...variables };
  // A separate process group, so that remaining children can be found.
  const child = spawn(command, args, { cwd: folder, env, detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  child.stdin.end();
  const heard = listen(child, timeoutMs);
  const ended = once(child, "close").then(
    ([code, signal]): ProcessExit => ({ code, signal, ...heard.texts }),
  );
  const output = () => `${command} ${args.join(" ")} printed ${JSON.stringify(heard.texts)}`;
  onTestFinished(async () => {
    killGroup(pid);
    await ended;
  });
  return {
    pid,
    get exited() {
      return withTimeout(ended, () => `the exit of a process; ${output()}`, timeoutMs);
    },
    kill: (signal) => void child.kill(signal),
    async waitForLine(text) {
      const failure = ended.then((end) => {
        throw new Error(`it exited without a line with ${text}: ${JSON.stringify(end)}`);
      });
      return Promise.race([heard.line(text, () => `a line with ${text}; ${output()}`), failure]);
    },
  };
}

/** Starts `qrlogin` with these arguments, as a child process. */
export function startQrlogin(args: readonly string[], variables?: EnvironmentVariables): RunningProcess {
  return startProcess(process.execPath, [...programArgs("src/main.ts"), ...args], variables);
}

/** Runs `qrlogin` until it exits. */
export function qrlogin(args: readonly string[], variables?: EnvironmentVariables): Promise<ProcessExit> {
  return startQrlogin(args, variables).exited;
}

/** Addresses of development mode with free ports. */
export const anyPortEnvironment = {
  QRLOGIN_METRICS_ADDRESS: "127.0.0.1:0",
  QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
  QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
} as const;

/**
 * Waits until `serve` or `gateway` is ready. Resolves with the addresses from its log, empty for those it does
 * not serve.
 */
export async function readyAddresses(running: RunningProcess): Promise<{ grpc: string; gateway: string }> {
  const listening: { grpc?: string; gateway?: string } = JSON.parse(
    await running.waitForLine('"msg":"ready"'),
  );
  return { grpc: "", gateway: "", ...listening };
}

/** Waits until `serve` is ready. Resolves with the address of gRPC. */
export async function readyAddress(running: RunningProcess): Promise<string> {
  return (await readyAddresses(running)).grpc;
}

/** Resolves with true if a server accepts a connection to `HOST:PORT`. */
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

function listen(child: ChildProcessWithoutNullStreams, timeoutMs: number) {
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
      // The last line is incomplete.
      changes.waitFor(
        () =>
          texts.stdout
            .split("\n")
            .slice(0, -1)
            .find((line) => line.includes(wanted)),
        what,
        timeoutMs,
      ),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It has exited already, as it should.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
