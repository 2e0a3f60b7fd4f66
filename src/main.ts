#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";
import { descriptorLimit, limitProblem } from "./compose/file_descriptors.js";

// This comes first: with too few file descriptors, loading the modules would fail.
const limitError = limitProblem(descriptorLimit());
if (limitError !== undefined) {
  process.stderr.write(`qrlogin: ${limitError}\n`);
  process.exit(1);
}
// Under load, V8 learns to allocate parts of HTTP/2 streams directly in the old generation. A dead object there keeps
// the rest of its call in memory until the next full collection. NODE_OPTIONS does not accept this flag, so it is set
// here, before other modules are loaded.
setFlagsFromString("--no-allocation-site-pretenuring");
const { logVerbosity, setLogVerbosity } = await import("@grpc/grpc-js");
const { runCommand } = await import("./cli/commands.js");
const { openStandardStream } = await import("./log/standard_stream.js");

// Our own error message reports a failed start in one line.
setLogVerbosity(logVerbosity.NONE);

/**
 * Signals that stop the process, with the exit code of an immediate stop: 128 plus the signal's number, as in
 * a shell.
 */
const stopSignals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** Signal that reloads the policy where a command asks for it. Elsewhere it stops the process. */
const reloadSignal = "SIGHUP";
let onReloadRequest: (() => void) | undefined;

/** Exit code of a stop that timed out. */
const timeoutExitCode = 1;

/**
 * Time after the first signal during which a second one counts as a duplicate, in milliseconds. npm passes a
 * signal on to its child that the terminal has already sent to both.
 */
const duplicateSignalTime = 500;

const stdout = openStandardStream(1, () => process.stdout);
const stderr = openStandardStream(2, () => process.stderr);

const exitCallbacks: (() => void)[] = [];
process.on("exit", runExitCallbacks);
let stopTimer: NodeJS.Timeout | undefined;

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  stdout,
  print(text) {
    try {
      stdout.writeAll(`${text}\n`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new Error(`cannot write to standard output (${code})`, { cause: error });
    }
  },
  printError(text) {
    try {
      stderr.writeAll(`${text}\n`);
    } catch {
      // Standard error is not writable, so there is nowhere to report this.
    }
  },
  onReloadRequest(callback) {
    onReloadRequest = callback;
  },
  stopRequested: () =>
    new Promise((resolve) => {
      let firstAt: number | undefined;
      for (const [signal, code] of Object.entries(stopSignals)) {
        process.on(signal, () => {
          if (signal === reloadSignal && onReloadRequest) return onReloadRequest();
          firstAt ??= performance.now();
          // A second signal stops the process at once.
          if (performance.now() - firstAt > duplicateSignalTime) exitNow(code);
          resolve(signal);
        });
      }
    }),
  ignoreSignals: () => {
    for (const signal of Object.keys(stopSignals)) process.on(signal, () => {});
  },
  exitAfter(ms, onTimeout) {
    // This timer also keeps the process alive. Otherwise, with nothing else pending, Node.js would exit with
    // a different code.
    stopTimer ??= setTimeout(() => {
      onTimeout();
      exitNow(timeoutExitCode);
    }, ms);
  },
  onExit: (callback) => void exitCallbacks.push(callback),
});
clearTimeout(stopTimer);

// Nothing should be left to do by now. But a connection in the middle of its TLS handshake would keep the
// process alive for minutes.
setTimeout(() => exitNow(process.exitCode), 500).unref();

/** Ends the process at once. */
function exitNow(code: typeof process.exitCode): void {
  // `process.exit` waits for threads that read files or resolve names, and these may wait for an unreachable
  // server.
  const isHeld = process
    .getActiveResourcesInfo()
    .some((kind) => /^(FSReq|GetAddrInfo|GetNameInfo)/.test(kind));
  if (isHeld) {
    runExitCallbacks();
    process.kill(process.pid, "SIGKILL");
  }
  process.exit(code);
}

function runExitCallbacks(): void {
  for (const callback of exitCallbacks.splice(0)) callback();
}
