import { expect, it } from "vitest";
import { createLineBuffer, type DroppedLines, maxWaitingBytes } from "../../src/log/line_buffer.js";
import { createManualClock } from "../support/clock.js";

/** Longest pause between two tries, in milliseconds. */
const longestPause = 1_000;

/** Creates a buffer in front of a device that the test can fill, break and repair. */
function createFakeDevice() {
  const clock = createManualClock();
  const turn: (() => void)[] = [];
  const reports: DroppedLines[] = [];
  const device = {
    text: "",
    writes: [] as number[],
    room: Number.POSITIVE_INFINITY,
    code: "ENOSPC",
    slept: 0,
  };
  /** Called in place of a sleep. */
  let whileAsleep = () => {};
  const buffer = createLineBuffer({
    clock,
    tryWrite(data) {
      const bytes = Buffer.from(data).subarray(0, device.room);
      if (bytes.length === 0) throw Object.assign(new Error(device.code), { code: device.code });
      device.room -= bytes.length;
      device.text += bytes;
      device.writes.push(bytes.length);
      return bytes.length;
    },
    afterTurn: (callback) => void turn.push(callback),
    sleep(ms) {
      device.slept += ms;
      whileAsleep();
    },
    onDropped(lines) {
      reports.push(lines);
      buffer.write(`dropped ${lines.dropped} ${lines.cause}\n`);
    },
  });
  return {
    clock,
    device,
    reports,
    buffer,
    fill(code: string) {
      device.code = code;
      device.room = 0;
    },
    mend() {
      device.room = Number.POSITIVE_INFINITY;
    },
    endTurn() {
      for (const callback of turn.splice(0)) callback();
    },
    whileAsleep(callback: () => void) {
      whileAsleep = callback;
    },
  };
}

const line = (index: number) => `{"line":${index},"text":"${"x".repeat(80)}"}\n`;

function writeLines(buffer: { write(line: string): void }, from: number, to: number): string {
  const lines = Array.from({ length: to - from }, (_, index) => line(from + index));
  for (const each of lines) buffer.write(each);
  return lines.join("");
}

it("writes the lines of one turn of the event loop together, in order", () => {
  const { buffer, device, endTurn } = createFakeDevice();
  const text = writeLines(buffer, 0, 10);
  expect(device.text).toBe("");
  endTurn();
  expect(device).toMatchObject({ text, writes: [text.length] });
});

it("writes whole lines of at most 4096 bytes at a time, so that lines of several processes never mix", () => {
  const { buffer, device, endTurn } = createFakeDevice();
  const text = writeLines(buffer, 0, 200);
  endTurn();
  expect(device.text).toBe(text);
  expect(Math.max(...device.writes)).toBeLessThanOrEqual(4_096);
  let position = 0;
  for (const bytes of device.writes) {
    position += bytes;
    expect(text[position - 1]).toBe("\n");
  }
});

it("does not wait for the end of a turn with many lines", () => {
  const { buffer, device } = createFakeDevice();
  writeLines(buffer, 0, 1_000);
  expect(device.text.length).toBeGreaterThan(30_000);
});

it("has only one retry pending when a turn with many lines ends after a failed write", () => {
  const { buffer, clock, endTurn, fill } = createFakeDevice();
  fill("ENOSPC");
  writeLines(buffer, 0, 1_000);
  expect(clock.pendingCount).toBe(1);
  endTurn();
  expect(clock.pendingCount).toBe(1);
});

it("has only one retry pending after a partial write at the end of the turn", () => {
  const { buffer, clock, device, endTurn, fill } = createFakeDevice();
  fill("EAGAIN");
  writeLines(buffer, 0, 1_000);
  device.room = 10;
  endTurn();
  expect(device.text).toBe(line(0).slice(0, 10));
  expect(clock.pendingCount).toBe(1);
});

it.each(["ENOSPC", "EAGAIN", "EPIPE", "EIO", "EFBIG", "EDQUOT"])(
  "keeps lines that cannot be written because of %s, and writes them within a second after it is resolved",
  (code) => {
    const { buffer, clock, device, endTurn, fill, mend, reports } = createFakeDevice();
    fill(code);
    const text = writeLines(buffer, 0, 100);
    endTurn();
    clock.advance(60_000);
    expect(device.text).toBe("");
    mend();
    clock.advance(longestPause);
    expect(device.text).toBe(text);
    expect(reports).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  },
);

it("finishes a partly written line before it writes another one", () => {
  const { buffer, clock, device, endTurn, mend } = createFakeDevice();
  device.room = 50;
  const text = writeLines(buffer, 0, 3);
  endTurn();
  expect(device.text).toBe(text.slice(0, 50));
  mend();
  clock.advance(longestPause);
  expect(device.text).toBe(text);
});

it("holds at most a megabyte, and reports number and cause of dropped lines when there is room", () => {
  const { buffer, clock, device, endTurn, fill, mend, reports } = createFakeDevice();
  fill("ENOSPC");
  endTurn();
  const count = 30_000;
  const text = writeLines(buffer, 0, count);
  clock.advance(60_000);
  mend();
  clock.advance(longestPause);
  const kept = Math.floor(maxWaitingBytes / line(count).length);
  expect(reports).toEqual([{ dropped: expect.any(Number), cause: "ENOSPC" }]);
  const dropped = reports[0]?.dropped ?? 0;
  expect(count - dropped).toBeGreaterThanOrEqual(kept);
  const keptText = text
    .split("\n")
    .slice(0, count - dropped)
    .join("\n");
  expect(keptText.length).toBeLessThanOrEqual(maxWaitingBytes);
  endTurn();
  expect(device.text).toBe(`${keptText}\ndropped ${dropped} ENOSPC\n`);
  const later = writeLines(buffer, 0, 5);
  endTurn();
  expect(device.text.endsWith(`ENOSPC\n${later}`)).toBe(true);
});

it("drops a line that is longer than the buffer, reports it, and goes on", () => {
  const { buffer, device, endTurn } = createFakeDevice();
  buffer.write(`${"x".repeat(maxWaitingBytes)}\n`);
  endTurn();
  buffer.write("next\n");
  endTurn();
  expect(device.text).toBe("dropped 1 undefined\nnext\n");
});

it("retries at growing intervals of at most a second", () => {
  const { buffer, clock, device, endTurn, fill } = createFakeDevice();
  fill("EAGAIN");
  writeLines(buffer, 0, 1);
  endTurn();
  let tries = 0;
  Object.defineProperty(device, "room", {
    get() {
      tries += 1;
      return 0;
    },
  });
  clock.advance(2_000);
  expect(tries).toBeLessThan(15);
  tries = 0;
  clock.advance(10_000);
  expect(tries).toBe(10);
  // New lines do not cause an earlier retry.
  writeLines(buffer, 1, 1_000);
  endTurn();
  expect(tries).toBe(10);
});

it("writes the remaining lines at the end of the process", () => {
  const { buffer, clock, device } = createFakeDevice();
  const text = writeLines(buffer, 0, 10);
  buffer.end();
  expect(device).toMatchObject({ text, slept: 0 });
  buffer.write("after\n");
  expect(device.text).toBe(`${text}after\n`);
  expect(clock.pendingCount).toBe(0);
});

it("waits for a reader that continues at the end of the process", () => {
  const { buffer, device, fill, mend, whileAsleep } = createFakeDevice();
  fill("EAGAIN");
  const text = writeLines(buffer, 0, 10);
  whileAsleep(mend);
  buffer.end();
  expect(device.text).toBe(text);
});

it("waits half a second for a stalled reader at the end of the process, and not at all for a full disk", () => {
  for (const [code, slept] of [
    ["EAGAIN", 500],
    ["ENOSPC", 0],
    ["EPIPE", 0],
  ] as const) {
    const { buffer, clock, device, fill } = createFakeDevice();
    fill(code);
    writeLines(buffer, 0, 10);
    buffer.end();
    expect(device.slept).toBe(slept);
    expect(clock.pendingCount).toBe(0);
  }
});

it("does not wait at the end of the process for a reader that has not read for long", () => {
  const { buffer, clock, device, endTurn, fill } = createFakeDevice();
  fill("EAGAIN");
  writeLines(buffer, 0, 10);
  endTurn();
  clock.advance(5_000);
  buffer.end();
  expect(device.slept).toBe(0);
});
