import type { ServerResponse } from "node:http";
import type { Clock } from "../../base/clock.js";

/** Time after which a reader that reads nothing is disconnected, in milliseconds. */
const stallTimeoutMs = 60_000;

/**
 * Writes a part of a streamed response. Resolves when the connection accepts more data or is closed. Callers
 * must await it, or the parts queue in memory. A reader that takes nothing for a minute is disconnected.
 */
export async function writePaced(
  response: ServerResponse,
  part: string | Uint8Array,
  clock: Clock,
): Promise<void> {
  if (response.destroyed || response.write(part)) return;
  const cancelTimeout = clock.after(stallTimeoutMs, () => response.destroy());
  try {
    await drained(response);
  } finally {
    cancelTimeout();
  }
}

/** Resolves on `drain` or `close`. A connection that is closed while its buffer is full never drains. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
