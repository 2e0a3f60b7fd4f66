import { expect, test } from "vitest";
import type { Connection, Reply, Words } from "../../src/store/redis/connection.js";
import { createConfirmedLane } from "../../src/store/redis/lane.js";

const write = { words: ["SET", "{t}", "new"], tag: "t", writes: true } as const;
const read = { words: ["GET", "{t}"], tag: "t", writes: false } as const;

/** A lane that waits for the files of two replicas, on a connection whose last reply is this. */
function laneOn(closing: Reply) {
  const sent: Words[] = [];
  const batch = async (commands: readonly Words[]): Promise<readonly Reply[]> => {
    sent.push(...commands);
    return commands.map((_, index) => (index === commands.length - 1 ? closing : { value: "OK" }));
  };
  const lane = createConfirmedLane({ batch } as unknown as Connection, {
    ...{ replicas: 2, replicasOnDisk: true, timeout: 500 },
    barrierKey: (tag) => `barrier:{${tag}}`,
  });
  return { lane, sent };
}

test("files are waited for by WAITAOF: the primary's own, and those of the replicas", async () => {
  const { lane, sent } = laneOn({ value: [1, 2] });
  expect(await lane.run(write)).toBe("OK");
  expect(sent).toEqual([write.words, ["WAIT", 2, 250], ["WAITAOF", 1, 2, 250]]);
});

test.each([
  ["the primary", [0, 2], "the primary did not have it on disk in time"],
  ["one of the replicas", [1, 1], "1 of 2 replicas confirmed in time"],
  ["any of them", [0, 0], "the primary did not have it on disk in time"],
])("nothing is answered that is not on the disk of %s", async (_, counts, message) => {
  const { lane } = laneOn({ value: counts });
  await expect(lane.run(write)).rejects.toMatchObject({
    name: "StoreUnavailable",
    message,
    outcome: "unknown",
  });
  await expect(lane.run(read)).rejects.toMatchObject({ message, outcome: "not written" });
});

test("a server that refuses to wait confirms nothing, and says why", async () => {
  const error = new Error("ERR WAITAOF cannot be used");
  const { lane } = laneOn({ error });
  await expect(lane.run(write)).rejects.toMatchObject({ outcome: "unknown", cause: error });
});
