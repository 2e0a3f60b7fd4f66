import { expect, test } from "vitest";
import { createConfirmedExecutor } from "../../../src/store/redis/connection/command_executor.js";
import type { CommandArguments, Connection, Reply } from "../../../src/store/redis/connection/connection.js";

const write = { args: ["SET", "{t}", "new"], hashTag: "t", writes: true } as const;
const read = { args: ["GET", "{t}"], hashTag: "t", writes: false } as const;

/** Creates an executor that waits for the files of two replicas, on a connection with this last reply. */
function executorOn(closing: Reply) {
  const sent: CommandArguments[] = [];
  const batch = async (commands: readonly CommandArguments[]): Promise<readonly Reply[]> => {
    sent.push(...commands);
    return commands.map((_, index) => (index === commands.length - 1 ? closing : { value: "OK" }));
  };
  const executor = createConfirmedExecutor({ batch } as unknown as Connection, {
    ...{ replicaAcks: 2, replicaFsync: true, timeout: 500 },
    barrierKey: (tag) => `barrier:{${tag}}`,
  });
  return { executor, sent };
}

test("with replicaFsync, WAITAOF waits for the files of the primary and of the replicas", async () => {
  const { executor, sent } = executorOn({ value: [1, 2] });
  expect(await executor.run(write)).toBe("OK");
  expect(sent).toEqual([write.args, ["WAIT", 2, 250], ["WAITAOF", 1, 2, 250]]);
});

test.each([
  ["the primary", [0, 2], "the primary did not fsync in time"],
  ["one of the replicas", [1, 1], "1 of 2 replicas acknowledged in time"],
  ["any server", [0, 0], "the primary did not fsync in time"],
])("a command is rejected if it is not on the disk of %s", async (_, counts, message) => {
  const { executor } = executorOn({ value: counts });
  await expect(executor.run(write)).rejects.toMatchObject({
    name: "StoreUnavailableError",
    message,
    outcome: "unknown",
  });
  await expect(executor.run(read)).rejects.toMatchObject({ message, outcome: "not written" });
});

test("an error of WAITAOF rejects the commands with that cause", async () => {
  const error = new Error("ERR WAITAOF cannot be used");
  const { executor } = executorOn({ error });
  await expect(executor.run(write)).rejects.toMatchObject({ outcome: "unknown", cause: error });
});
