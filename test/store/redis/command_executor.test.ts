import { expect, test } from "vitest";
import { createConfirmedExecutor } from "../../../src/store/redis/connection/command_executor.js";
import type { CommandArguments, Connection, Reply } from "../../../src/store/redis/connection/connection.js";

const write = { args: ["SET", "{t}", "new"], hashTag: "t", writes: true } as const;
const read = { args: ["GET", "{t}"], hashTag: "t", writes: false } as const;

/** A lane that waits for the files of two replicas, on a connection whose last reply is this. */
function executorOn(closing: Reply) {
  const sent: CommandArguments[] = [];
  const batch = async (commands: readonly CommandArguments[]): Promise<readonly Reply[]> => {
    sent.push(...commands);
    return commands.map((_, index) => (index === commands.length - 1 ? closing : { value: "OK" }));
  };
  const lane = createConfirmedExecutor({ batch } as unknown as Connection, {
    ...{ replicaAcks: 2, replicaFsync: true, timeout: 500 },
    barrierKey: (tag) => `barrier:{${tag}}`,
  });
  return { lane, sent };
}

test("files are waited for by WAITAOF: the primary's own, and those of the replicas", async () => {
  const { lane, sent } = executorOn({ value: [1, 2] });
  expect(await lane.run(write)).toBe("OK");
  expect(sent).toEqual([write.args, ["WAIT", 2, 250], ["WAITAOF", 1, 2, 250]]);
});

test.each([
  ["the primary", [0, 2], "the primary did not have it on disk in time"],
  ["one of the replicas", [1, 1], "1 of 2 replicas confirmed in time"],
  ["any of them", [0, 0], "the primary did not have it on disk in time"],
])("nothing is answered that is not on the disk of %s", async (_, counts, message) => {
  const { lane } = executorOn({ value: counts });
  await expect(lane.run(write)).rejects.toMatchObject({
    name: "StoreUnavailableError",
    message,
    outcome: "unknown",
  });
  await expect(lane.run(read)).rejects.toMatchObject({ message, outcome: "not written" });
});

test("a server that refuses to wait confirms nothing, and says why", async () => {
  const error = new Error("ERR WAITAOF cannot be used");
  const { lane } = executorOn({ error });
  await expect(lane.run(write)).rejects.toMatchObject({ outcome: "unknown", cause: error });
});
