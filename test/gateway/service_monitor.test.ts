import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { monitorService } from "../../src/gateway/service_monitor.js";
import { createManualClock, flushPromises } from "../support/clock.js";

/** Starts a monitor whose checks a test answers: true for SERVING. Undefined leaves them open. */
function startMonitor(first: boolean | undefined = true) {
  const clock = createManualClock();
  const lines: { msg: string; cause?: string }[] = [];
  const log = pino({ level: "info" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const service = { isServing: first as boolean | undefined, checks: 0 };
  const check = async (signal: AbortSignal) => {
    service.checks += 1;
    if (service.isServing === undefined) {
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    }
    if (!service.isServing) throw new Error("a node reports NOT_SERVING");
  };
  const monitor = monitorService({ check, clock, log, random: () => 0.5 });
  onTestFinished(() => monitor.close());
  return { clock, lines, service, monitor };
}

describe("the monitor of the service", () => {
  it("the state is unknown until the first success, however long the service is away", async () => {
    const { clock, service, monitor, lines } = startMonitor(false);
    await clock.advanceAsync(60_000);
    expect(monitor.state).toBe("unknown");
    expect(lines.map(({ msg }) => msg)).toEqual([
      "the service is unreachable; it is asked again until it responds",
    ]);
    service.isServing = true;
    await clock.advanceAsync(5_000);
    expect(monitor.state).toBe("reachable");
    expect(lines.at(-1)?.msg).toBe("the service is reachable again");
  });

  it("one node that does not serve changes nothing, and three failures in a row make the service unreachable", async () => {
    const { clock, service, monitor, lines } = startMonitor();
    await flushPromises();
    expect(monitor.state).toBe("reachable");
    service.isServing = false;
    await clock.advanceAsync(5_000);
    service.isServing = true;
    await clock.advanceAsync(5_000);
    expect([monitor.state, lines]).toEqual(["reachable", []]);

    service.isServing = false;
    const before = service.checks;
    while (service.checks < before + 2) await clock.advanceAsync(50);
    expect(monitor.state).toBe("reachable");
    while (service.checks < before + 3) await clock.advanceAsync(50);
    expect(monitor.state).toBe("unreachable");
    expect(lines).toMatchObject([{ cause: "a node reports NOT_SERVING" }]);
  });

  it("the service is asked every five seconds while it responds, and no more often while it is away", async () => {
    const { clock, service } = startMonitor();
    await clock.advanceAsync(60_000);
    expect(service.checks).toBe(13);
    service.isServing = false;
    await clock.advanceAsync(60_000);
    service.checks = 0;
    await clock.advanceAsync(60_000);
    // The pauses are random, between half and the whole of five seconds.
    expect(service.checks).toBeLessThanOrEqual(24);
  });

  it("a check without a response fails after three seconds", async () => {
    const { clock, service, monitor, lines } = startMonitor();
    await flushPromises();
    service.isServing = undefined;
    await clock.advanceAsync(5_000 + 3 * 3_000 + 1_000);
    expect(monitor.state).toBe("unreachable");
    expect(lines).toMatchObject([{ cause: "no response within 3000 ms" }]);
  });

  it("a closed monitor leaves no timer, and logs nothing about the check that it ended", async () => {
    const { clock, monitor, lines } = startMonitor(undefined);
    monitor.close();
    await flushPromises();
    await clock.advanceAsync(60_000);
    expect([clock.pendingCount, lines]).toEqual([0, []]);
  });
});
