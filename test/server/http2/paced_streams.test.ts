import { describe, expect, it } from "vitest";
import { createPacedStreams } from "../../../src/server/http2/paced_streams.js";
import { createManualClock } from "../../support/clock.js";

/** Creates streams of apps that are at their limit, and counts those of each app that have begun. */
function stage() {
  const clock = createManualClock();
  const paced = createPacedStreams(clock);
  const gone = new Map<string, number>();
  function arrive(app: string, count: number) {
    const goOn = () => void gone.set(app, goneOf(app) + 1);
    return Array.from({ length: count }, () => {
      const cancel = paced.wait(app, goOn);
      if (!cancel) goOn();
      return () => cancel?.();
    });
  }
  const goneOf = (app: string) => gone.get(app) ?? 0;
  return { clock, arrive, goneOf, release: paced.release };
}

describe("calls that are going to be rejected", () => {
  it("calls over the limit begin at once while they are few", () => {
    const { clock, arrive, goneOf } = stage();
    for (let times = 1; times <= 20; times++) {
      arrive("shop", 4);
      expect(goneOf("shop")).toBe(4 * times);
      clock.advance(50);
    }
  });

  it("calls over the limit begin a hundred times a second if there are more, however soon the next one comes", () => {
    const { clock, arrive, goneOf } = stage();
    arrive("flood", 105);
    for (let times = 0; times < 20; times++) {
      const before = goneOf("flood");
      clock.advance(50);
      arrive("flood", goneOf("flood") - before);
    }
    expect(goneOf("flood")).toBe(105);
  });

  it("calls over the limit begin within five seconds, however many there are", () => {
    const { clock, arrive, goneOf } = stage();
    arrive("flood", 15_000);
    clock.advance(4_900);
    expect(goneOf("flood")).toBeLessThan(15_000);
    clock.advance(150);
    expect(goneOf("flood")).toBe(15_000);
  });

  it("calls over the limit of one app do not delay those of another app", () => {
    const { arrive, goneOf } = stage();
    arrive("flood", 10_000);
    arrive("shop", 3);
    expect(goneOf("shop")).toBe(3);
  });

  it("calls over the limit never begin once they are cancelled, and are no longer counted", () => {
    const { clock, arrive, goneOf } = stage();
    for (const cancel of arrive("flood", 1_005)) cancel();
    arrive("flood", 5);
    clock.advance(50);
    expect(goneOf("flood")).toBe(10);
    clock.advance(60_000);
    expect(goneOf("flood")).toBe(10);
  });

  it("calls over the limit are not counted twice if they are cancelled after they have begun", () => {
    const { clock, arrive, goneOf } = stage();
    const cancels = arrive("flood", 12);
    for (const count of [10, 12]) {
      for (const cancel of cancels.slice(0, goneOf("flood"))) cancel();
      clock.advance(50);
      expect(goneOf("flood")).toBe(count);
    }
  });

  it("calls over the limit begin without a wait once twenty thousand wait, to bound the memory", () => {
    const { arrive, goneOf } = stage();
    arrive("flood", 20_005);
    expect(goneOf("flood")).toBe(5);
    arrive("other", 100);
    expect(goneOf("other")).toBe(100);
  });

  it("calls over the limit wait again once waiting ones were cancelled", () => {
    const { arrive, goneOf } = stage();
    for (const cancel of arrive("flood", 20_005)) cancel();
    arrive("other", 100);
    expect(goneOf("other")).toBe(5);
  });

  it("calls over the limit begin at once when the server stops, and later ones no longer wait", () => {
    const { arrive, goneOf, release } = stage();
    arrive("flood", 1_000);
    release();
    arrive("flood", 1_000);
    expect(goneOf("flood")).toBe(2_000);
  });

  it("calls over the limit leave no timer behind", () => {
    const { clock, arrive } = stage();
    arrive("flood", 300);
    clock.advance(10_000);
    expect(clock.pendingCount).toBe(0);
  });
});
