import { StoreUnavailable } from "../ticket_store.js";
import { failureOf } from "./failures.js";
/** Without replicas to wait for, each command goes out as it comes. */
export function createDirectLane(connection) {
    return {
        async run({ words, writes, asking }) {
            try {
                if (!asking)
                    return await connection.call(words);
                const [, reply] = await connection.batch([["ASKING"], words]);
                return answerOf(reply);
            }
            catch (error) {
                throw failureOf(error, writes);
            }
        },
    };
}
/**
 * Answers nothing that a failover could take back: every batch ends with WAIT, and WAITAOF where files are waited for; what the
 * replicas have not confirmed is refused. Reads wait as well, since they may have seen a write that no replica has.
 *
 * WAIT holds up its connection, so commands that come meanwhile make the next batch, and one WAIT stands for all of it.
 *
 * A batch that has written nothing writes a key that means nothing. Only an acknowledgement of something newer than the answer
 * proves that the server was still the primary when it gave it: one that was held still and goes on after a failover has
 * none to show. A write that lost its comparison needs none: whoever hears that reads again.
 */
export function createConfirmedLane(connection, confirmation) {
    let waiting = [];
    let busy = false;
    async function work() {
        busy = true;
        // Whatever is asked in this turn of the event loop goes out together.
        await Promise.resolve();
        while (waiting.length > 0) {
            const batch = waiting;
            waiting = [];
            await carryOut(batch);
        }
        busy = false;
    }
    async function carryOut(batch) {
        const words = [];
        const positions = batch.map(({ command }) => {
            if (command.asking)
                words.push(["ASKING"]);
            return words.push(command.words) - 1;
        });
        const [first] = batch;
        if (first && !batch.some(({ command }) => command.writes)) {
            if (first.command.asking)
                words.push(["ASKING"]);
            words.push(["SET", confirmation.barrierKey(first.command.tag), "", "PX", 1_000]);
        }
        const replies = await connection.batch([...words, ...waitingFor(confirmation)]);
        // What follows the last command: the barrier if there was one, and WAIT.
        const doubt = doubtOf(replies.slice((positions.at(-1) ?? 0) + 1), confirmation);
        for (const [index, { command, resolve, reject }] of batch.entries()) {
            const reply = replies[positions[index] ?? -1];
            if (!reply || "error" in reply)
                reject(failureOf(reply?.error, command.writes));
            else if (doubt)
                reject(unconfirmed(doubt, command));
            else
                resolve(reply.value);
        }
    }
    return {
        run(command) {
            return new Promise((resolve, reject) => {
                waiting.push({ command, resolve, reject });
                if (!busy)
                    void work();
            });
        },
    };
}
function waitingFor({ replicas, replicasOnDisk, timeout }) {
    if (!replicasOnDisk)
        return [["WAIT", replicas, timeout]];
    const half = Math.ceil(timeout / 2);
    // Asked by WAITAOF alone, replicas answer before they have written, and say no more until their next report: a second. After
    // WAIT they have. The 1 is the primary's own file.
    return [
        ["WAIT", replicas, half],
        ["WAITAOF", 1, replicas, half],
    ];
}
/** Why a batch counts for nothing, if it does. */
function doubtOf(closing, { replicas, replicasOnDisk }) {
    const failed = closing.find((reply) => "error" in reply);
    if (failed) {
        return new Error("Redis was cut off, or refused, before the replicas confirmed", { cause: failed.error });
    }
    // WAITAOF answers two counts: files of the primary, files of replicas.
    const counts = [answerOf(closing.at(-1))].flat().map(Number);
    if (replicasOnDisk && counts[0] !== 1)
        return new Error("the primary did not have it on disk in time");
    const count = counts.at(-1) ?? 0;
    return count >= replicas ? undefined : new Error(`${count} of ${replicas} replicas confirmed in time`);
}
function unconfirmed({ message, cause }, { writes }) {
    return new StoreUnavailable(message, writes ? "unknown" : "not written", { cause });
}
function answerOf(reply) {
    if (!reply)
        throw new Error("Redis answered fewer commands than it was sent");
    if ("error" in reply)
        throw reply.error;
    return reply.value;
}
