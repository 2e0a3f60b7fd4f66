#!/usr/bin/env node
import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";
import { runCommand } from "./commands.js";

// What grpc-js has to say of a failed start is said by us, in one line.
setLogVerbosity(logVerbosity.NONE);

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  stopRequested: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGTERM", "SIGINT"] as const) {
        process.once(signal, () => {
          // Asked a second time it stops at once, as the shell's conventions have it: 128 and the signal's number.
          process.once("SIGTERM", () => process.exit(143));
          process.once("SIGINT", () => process.exit(130));
          resolve(signal);
        });
      }
    }),
});

// Nothing should be left to do. A connection in the middle of its TLS handshake would still hold the process for minutes.
setTimeout(() => process.exit(), 1_000).unref();
