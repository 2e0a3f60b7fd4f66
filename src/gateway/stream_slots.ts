import { HttpRefusal } from "./refusal.js";

/** Bounds how many streams are open: in all, and for one address, which may have half of them. */
export interface StreamSlots {
  /**
   * Takes a place for a stream of this address, written as it is counted; the answer gives it back. Refuses with
   * STREAMS_EXHAUSTED.
   */
  take(address: string): () => void;
}

export function createStreamSlots(max: number): StreamSlots {
  const perAddress = Math.ceil(max / 2);
  const open = new Map<string, number>();
  let total = 0;

  return {
    take(address) {
      const count = open.get(address) ?? 0;
      if (total >= max || count >= perAddress) throw exhausted();
      total++;
      open.set(address, count + 1);
      return () => {
        total--;
        const left = (open.get(address) ?? 1) - 1;
        if (left > 0) open.set(address, left);
        else open.delete(address);
      };
    },
  };
}

function exhausted(): HttpRefusal {
  const text = "there are as many streams as there may be";
  return new HttpRefusal(503, "STREAMS_EXHAUSTED", text, { retryAfterMs: 5_000 });
}
