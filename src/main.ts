#!/usr/bin/env node
import { descriptorLimit, limitProblem } from "./compose/file_descriptors.js";

// Before anything else is loaded, since loading is what fails.
const limitError = limitProblem(descriptorLimit());
if (limitError !== undefined) {
  process.stderr.write(`qrlogin: ${limitError}\n`);
  process.exit(1);
}
const { logVerbosity, setLogVerbosity } = await import("@grpc/grpc-js");
const { runCommand } = await import("./cli/commands.js");
const { openStandardStream } = await import("./log/standard_stream.js");

// What grpc-js has to say of a failed start is said by us, in one line.
setLogVerbosity(logVerbosity.NONE);

/** What asks for a stop, and the exit code of a stop at once: 128 and the signal's number, as the shell's conventions have it. */
const stopSignals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** Exit code of a stop that took too long. */
const timeoutExitCode = 1;

/**
 * A second signal so soon after the first, in milliseconds, is its echo and not a second wish: npm passes on to its child
 * what a terminal has sent to both.
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
      throw new Error(`cannot write to the standard output (${code})`, { cause: error });
    }
  },
  printError(text) {
    try {
      stderr.writeAll(`${text}\n`);
    } catch {
      // Where errors cannot be told there is nobody to tell that.
    }
  },
  stopRequested: () =>
    new Promise((resolve) => {
      let firstAt: number | undefined;
      for (const [signal, code] of Object.entries(stopSignals)) {
        process.on(signal, () => {
          firstAt ??= performance.now();
          // Asked a second time it stops at once.
          if (performance.now() - firstAt > duplicateSignalTime) exitNow(code);
          resolve(signal);
        });
      }
    }),
  ignoreSignals: () => {
    for (const signal of Object.keys(stopSignals)) process.on(signal, () => {});
  },
  exitAfter(ms, beforehand) {
    // It also keeps the process alive until then: a stop that waits for nothing would end it with a code of Node.js.
    stopTimer ??= setTimeout(() => {
      beforehand();
      exitNow(timeoutExitCode);
    }, ms);
  },
  onExit: (callback) => void exitCallbacks.push(callback),
});
clearTimeout(stopTimer);

// Nothing should be left to do. A connection in the middle of its TLS handshake would still hold the process for minutes.
setTimeout(() => exitNow(process.exitCode), 500).unref();

/** Ends the process now. */
function exitNow(code: typeof process.exitCode): void {
  // An exit waits for the threads that read files and look up names, and these may wait for a server that is away.
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
