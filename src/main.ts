#!/usr/bin/env node
import { descriptorLimit, startFailure } from "./descriptors.js";

// Before anything else is loaded, since loading is what fails.
const failure = startFailure(descriptorLimit());
if (failure !== undefined) {
  process.stderr.write(`qrlogin: ${failure}\n`);
  process.exit(1);
}
const { logVerbosity, setLogVerbosity } = await import("@grpc/grpc-js");
const { runCommand } = await import("./commands.js");

// What grpc-js has to say of a failed start is said by us, in one line.
setLogVerbosity(logVerbosity.NONE);

/** What asks for a stop, and the exit code of a stop at once: 128 and the signal's number, as the shell's conventions have it. */
const stopSignals = { SIGTERM: 143, SIGINT: 130 } as const;

/**
 * A second signal so soon after the first, in milliseconds, is its echo and not a second wish: npm passes on to its child
 * what a terminal has sent to both.
 */
const echoTime = 500;

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  stopRequested: () =>
    new Promise((resolve) => {
      let firstAt: number | undefined;
      for (const [signal, code] of Object.entries(stopSignals)) {
        process.on(signal, () => {
          firstAt ??= performance.now();
          // Asked a second time it stops at once.
          if (performance.now() - firstAt > echoTime) process.exit(code);
          resolve(signal);
        });
      }
    }),
  ignoreSignals: () => {
    for (const signal of Object.keys(stopSignals)) process.on(signal, () => {});
  },
  atExit: (callback) => void process.on("exit", callback),
});

// Nothing should be left to do. A connection in the middle of its TLS handshake would still hold the process for minutes.
setTimeout(() => process.exit(), 1_000).unref();
