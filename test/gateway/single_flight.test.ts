import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { createSingleFlight } from "../../src/gateway/tickets/single_flight.js";

/** Creates work that the test completes. */
function heldWork() {
  const begun: { readonly signal: AbortSignal; finish(result: string): void; fail(error: Error): void }[] =
    [];
  const work = (signal: AbortSignal) =>
    new Promise<string>((finish, fail) => {
      begun.push({ signal, finish, fail });
    });
  return { begun, work };
}

const stays = () => new AbortController();

describe("work that is shared by name", () => {
  it("work runs once for all callers while it is running, and again for a later caller", async () => {
    const { begun, work } = heldWork();
    const shared = createSingleFlight<string>();
    const both = [shared.run("a", work, stays().signal), shared.run("a", work, stays().signal)];
    expect(begun).toHaveLength(1);
    begun[0]?.finish("done");
    expect(await Promise.all(both)).toEqual(["done", "done"]);
    void shared.run("a", work, stays().signal);
    void shared.run("b", work, stays().signal);
    expect(begun).toHaveLength(3);
  });

  it("work that fails rejects for all its callers, and is retried by the next", async () => {
    const { begun, work } = heldWork();
    const shared = createSingleFlight<string>();
    const both = [shared.run("a", work, stays().signal), shared.run("a", work, stays().signal)];
    begun[0]?.fail(new Error("broken"));
    for (const each of await Promise.allSettled(both)) expect(each.status).toBe("rejected");
    void shared.run("a", work, stays().signal);
    expect(begun).toHaveLength(2);
  });

  it("work continues while one caller waits, and is aborted when the last one leaves", async () => {
    const { begun, work } = heldWork();
    const shared = createSingleFlight<string>();
    const [first, second] = [stays(), stays()];
    const asked = [shared.run("a", work, first.signal), shared.run("a", work, second.signal)];
    const ends = Promise.allSettled(asked);
    first.abort(new Error("left"));
    await expect(asked[0]).rejects.toThrow("left");
    expect(begun[0]?.signal.aborted).toBe(false);
    second.abort(new Error("left too"));
    await ends;
    expect(begun[0]?.signal.aborted).toBe(true);
    // Aborted work is not shared with later callers.
    void shared.run("a", work, stays().signal);
    expect(begun).toHaveLength(2);
  });

  it("work is not started for an aborted signal, and leaves no listener on a signal", async () => {
    const { begun, work } = heldWork();
    const shared = createSingleFlight<string>();
    await expect(shared.run("a", work, AbortSignal.abort(new Error("left")))).rejects.toThrow("left");
    expect(begun).toHaveLength(0);
    const { signal } = stays();
    const asked = shared.run("a", work, signal);
    begun[0]?.finish("done");
    await asked;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
