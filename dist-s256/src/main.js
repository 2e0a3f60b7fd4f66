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
const { openStandardStream } = await import("./log/standard_stream.js");
// What grpc-js has to say of a failed start is said by us, in one line.
setLogVerbosity(logVerbosity.NONE);
/** What asks for a stop, and the exit code of a stop at once: 128 and the signal's number, as the shell's conventions have it. */
const stopSignals = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };
/** Exit code of a stop that took too long. */
const cutOff = 1;
/**
 * A second signal so soon after the first, in milliseconds, is its echo and not a second wish: npm passes on to its child
 * what a terminal has sent to both.
 */
const echoTime = 500;
const stdout = openStandardStream(1, () => process.stdout);
const stderr = openStandardStream(2, () => process.stderr);
const exitCallbacks = [];
process.on("exit", runExitCallbacks);
let stopTimer;
process.exitCode = await runCommand(process.argv.slice(2), {
    env: process.env,
    stdout,
    print(text) {
        try {
            stdout.writeAll(`${text}\n`);
        }
        catch (error) {
            const { code } = error;
            throw new Error(`cannot write to the standard output (${code})`, { cause: error });
        }
    },
    complain(text) {
        try {
            stderr.writeAll(`${text}\n`);
        }
        catch {
            // Where errors cannot be told there is nobody to tell that.
        }
    },
    stopRequested: () => new Promise((resolve) => {
        let firstAt;
        for (const [signal, code] of Object.entries(stopSignals)) {
            process.on(signal, () => {
                firstAt ??= performance.now();
                // Asked a second time it stops at once.
                if (performance.now() - firstAt > echoTime)
                    end(code);
                resolve(signal);
            });
        }
    }),
    ignoreSignals: () => {
        for (const signal of Object.keys(stopSignals))
            process.on(signal, () => { });
    },
    endAfter(ms, beforehand) {
        // It also keeps the process alive until then: a stop that waits for nothing would end it with a code of Node.js.
        stopTimer ??= setTimeout(() => {
            beforehand();
            end(cutOff);
        }, ms);
    },
    atExit: (callback) => void exitCallbacks.push(callback),
});
clearTimeout(stopTimer);
// Nothing should be left to do. A connection in the middle of its TLS handshake would still hold the process for minutes.
setTimeout(() => end(process.exitCode), 500).unref();
/** Ends the process now. */
function end(code) {
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
function runExitCallbacks() {
    for (const callback of exitCallbacks.splice(0))
        callback();
}
