import { describe, expect, it } from "vitest";
import { createPacedStreams } from "../../../src/server/http2/paced_streams.js";
import { createManualClock } from "../../support/clock.js";

/** Streams of apps that have as much as they may have, and how many of each have gone on. */
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

describe("calls that are going to be refused", () => {
  it("go on at once while they are few", () => {
    const { clock, arrive, goneOf } = stage();
    for (let times = 1; times <= 20; times++) {
      arrive("shop", 4);
      expect(goneOf("shop")).toBe(4 * times);
      clock.advance(50);
    }
  });

  it("go on a hundred times a second where there are more, however soon the next one comes", () => {
    const { clock, arrive, goneOf } = stage();
    arrive("flood", 105);
    for (let times = 0; times < 20; times++) {
      const before = goneOf("flood");
      clock.advance(50);
      arrive("flood", goneOf("flood") - before);
    }
    expect(goneOf("flood")).toBe(105);
  });

  it("go on within five seconds however many there are", () => {
    const { clock, arrive, goneOf } = stage();
    arrive("flood", 15_000);
    clock.advance(4_900);
    expect(goneOf("flood")).toBeLessThan(15_000);
    clock.advance(150);
    expect(goneOf("flood")).toBe(15_000);
  });

  it("of one app do not delay those of another", () => {
    const { arrive, goneOf } = stage();
    arrive("flood", 10_000);
    arrive("shop", 3);
    expect(goneOf("shop")).toBe(3);
  });

  it("never go on once they are cancelled, and take no place", () => {
    const { clock, arrive, goneOf } = stage();
    for (const cancel of arrive("flood", 1_005)) cancel();
    arrive("flood", 5);
    clock.advance(50);
    expect(goneOf("flood")).toBe(10);
    clock.advance(60_000);
    expect(goneOf("flood")).toBe(10);
  });

  it("take no place of others when they are closed after they have gone on", () => {
    const { clock, arrive, goneOf } = stage();
    const cancels = arrive("flood", 12);
    for (const count of [10, 12]) {
      for (const cancel of cancels.slice(0, goneOf("flood"))) cancel();
      clock.advance(50);
      expect(goneOf("flood")).toBe(count);
    }
  });

  it("do not wait beyond twenty thousand in all, so that they take no more memory", () => {
    const { arrive, goneOf } = stage();
    arrive("flood", 20_005);
    expect(goneOf("flood")).toBe(5);
    arrive("other", 100);
    expect(goneOf("other")).toBe(100);
  });

  it("go on when the server stops, and wait no more from then on", () => {
    const { arrive, goneOf, release } = stage();
    arrive("flood", 1_000);
    release();
    arrive("flood", 1_000);
    expect(goneOf("flood")).toBe(2_000);
  });

  it("leave no timer behind", () => {
    const { clock, arrive } = stage();
    arrive("flood", 300);
    clock.advance(10_000);
    expect(clock.pendingCount).toBe(0);
  });
});
