import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCaller } from "./calls.js";
import { load, tolerance } from "./load.js";
import { median, medianRatio } from "./statistics.js";
/** Waits until the server answers. */
export async function enter(target) {
    const caller = createCaller(target.address);
    try {
        await caller.ready();
    }
    catch (error) {
        caller.close();
        await target.stop();
        throw error;
    }
    return { target, caller };
}
export async function leave({ target, caller }) {
    caller.close();
    await target.stop();
}
/** Rounds of A B C A B C: what disturbs the machine disturbs all of them. The first second of each is for the compiler. */
export async function compare(competitors, method, { rounds, seconds, folder, layout }) {
    await assertAlike(competitors, method);
    const bodyFile = join(folder, "body.grpc");
    for (const competitor of competitors)
        await run(competitor, method, 1, bodyFile, layout);
    const measured = competitors.map(() => []);
    for (let round = 0; round < rounds; round++) {
        for (const [index, competitor] of competitors.entries()) {
            measured[index]?.push(await run(competitor, method, seconds, bodyFile, layout));
        }
    }
    return measured;
}
/** The servers' answers have to be alike in length, or the ceiling would be another one. */
async function assertAlike(competitors, method) {
    const calls = await Promise.all(competitors.map(({ caller }) => caller[method]()));
    const sizes = calls.map(({ answerBytes }) => answerBytes);
    if (Math.max(...sizes) / Math.min(...sizes) > 1 + tolerance) {
        throw new Error(`the answers to ${method} are not alike: ${sizes.join(", ")} bytes`);
    }
}
/** With a real call before, whose ticket is the one that GetStatus asks for, and a real call after. */
async function run({ target, caller }, method, duration, bodyFile, layout) {
    const measurement = await load(target, await caller[method](), duration, bodyFile, layout);
    await caller[method]();
    return measurement;
}
/** The line above what {@link printRates} prints. */
export const ratesHeading = `${"method".padEnd(13)}${"server".padEnd(22)}  calls/s   ratio   CPU us   ratio`;
/** One line for each server: medians, and medians of the rounds' ratios to the first one. */
export function printRates(method, names, measured) {
    const first = measured[0] ?? [];
    for (const [index, runs] of measured.entries()) {
        const rates = runs.map((one) => one.callsPerSecond);
        const cpus = runs.map((one) => one.cpuMicroseconds);
        const columns = [
            method.padEnd(11),
            (names[index] ?? "").padEnd(20),
            median(rates).toFixed(0).padStart(8),
            medianRatio(rates, first.map((one) => one.callsPerSecond))
                .toFixed(2)
                .padStart(6),
            median(cpus).toFixed(1).padStart(7),
            medianRatio(cpus, first.map((one) => one.cpuMicroseconds))
                .toFixed(2)
                .padStart(6),
        ];
        console.log(columns.join("  "));
    }
}
/** The log at info knows of every single call. CANCELLED is what h2load cuts off when its time is up. */
export function assertNothingRefused(logFile) {
    const refused = readFileSync(logFile, "utf8")
        .split("\n")
        .find((line) => line.includes('"reason":'));
    if (refused !== undefined)
        throw new Error(`a call was refused: ${refused}`);
}
