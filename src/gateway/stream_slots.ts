import { normalizeIP } from "@fastify/rate-limit";
import { HttpRefusal } from "./refusal.js";

/** Bounds how many streams are open: in all, and for one address, which may have half of them. */
export interface StreamSlots {
  /** Takes a place for a stream of this address; the answer gives it back. Refuses with STREAMS_EXHAUSTED. */
  take(address: string): () => void;
}

export function createStreamSlots(max: number): StreamSlots {
  const perAddress = Math.ceil(max / 2);
  const open = new Map<string, number>();
  let total = 0;

  return {
    take(address) {
      // As the rate limits count: the addresses of one IPv6 network are one.
      const key = normalizeIP(address, 64);
      const count = open.get(key) ?? 0;
      if (total >= max || count >= perAddress) throw exhausted();
      total++;
      open.set(key, count + 1);
      return () => {
        total--;
        const left = (open.get(key) ?? 1) - 1;
        if (left > 0) open.set(key, left);
        else open.delete(key);
      };
    },
  };
}

function exhausted(): HttpRefusal {
  const text = "there are as many streams as there may be";
  return new HttpRefusal(503, "STREAMS_EXHAUSTED", text, { retryAfterMs: 5_000 });
}
