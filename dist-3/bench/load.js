import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { authorization } from "./calls.js";
/** As a few clients that each share a connection. */
export const fewConnections = { connections: 8, callsEach: 16 };
/** How far the mean answer may be from the checked one. A refusal has no DATA at all: one in twenty is noticed. */
export const tolerance = 0.05;
/**
 * Repeats a call for so many seconds.
 *
 * @throws Error when h2load counts a failure, or when the answers are not as long as the right one. h2load does not see
 * grpc-status; the HTTP status of a refusal is 200.
 */
export async function load(target, call, seconds, bodyFile, { connections, callsEach } = fewConnections) {
    writeFileSync(bodyFile, call.body);
    const headers = ["content-type: application/grpc", "te: trailers", `authorization: ${authorization}`];
    const before = target.cpuMicroseconds();
    const { stdout } = await promisify(execFile)("h2load", [
        ...["-c", String(connections), "-m", String(callsEach), "-t", "1", "-D", String(seconds), "-d", bodyFile],
        ...headers.flatMap((header) => ["-H", header]),
        `http://${target.address}${call.path}`,
    ]);
    const cpu = target.cpuMicroseconds() - before;
    const done = numberIn(stdout, /, (\d+) done,/);
    const succeeded = numberIn(stdout, /, (\d+) succeeded,/);
    const dataBytes = numberIn(stdout, /\((\d+)\) data/);
    const failed = `the run against "${target.name}" failed`;
    if (succeeded === 0 || succeeded !== done)
        throw new Error(`${failed}: ${succeeded} of ${done} calls succeeded`);
    const fewest = done * call.answerBytes * (1 - tolerance);
    // When its time is up h2load has read answers of calls that it does not count as done.
    const most = (done + connections * callsEach) * call.answerBytes * (1 + tolerance);
    if (dataBytes < fewest || dataBytes > most) {
        const bytes = (dataBytes / done).toFixed(1);
        const meaning = "calls were refused, or the answers are not alike";
        throw new Error(`${failed}: ${bytes} bytes an answer where ${call.answerBytes} are right: ${meaning}`);
    }
    return { callsPerSecond: done / seconds, cpuMicroseconds: cpu / done };
}
function numberIn(text, pattern) {
    const digits = pattern.exec(text)?.[1];
    if (digits === undefined)
        throw new Error(`h2load printed nothing like ${pattern}:\n${text}`);
    return Number(digits);
}
