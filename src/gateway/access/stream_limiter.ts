import { createFairQueue } from "../../base/fair_queue.js";
import { HttpError } from "../http/http_error.js";

/** Whose stream it is, as addresses are counted. */
export interface StreamOwner {
  readonly address: string;
  /** The network of an IPv6 address; undefined in IPv4. */
  readonly network: string | undefined;
}

/** Bounds how many streams are open: in all, for one address, and for one network. */
export interface StreamLimiter {
  /**
   * Takes a place for a stream; the answer gives it back. Where all are taken, the newest stream of the address that has most
   * gives way, and its `end` is called. Refuses with STREAMS_EXHAUSTED.
   */
  acquire(owner: StreamOwner, end: () => void): () => void;
}

export interface StreamLimits {
  /** Streams of events at a time in all. 10,000 by default. Past it the newest of the address that has most is ended. */
  readonly streams: number;
  /**
   * Streams of one address (IPv6: one /64), and four times as many of an IPv6 /48. Never more than half of all. 2,000 by
   * default.
   */
  readonly streamsPerAddress: number;
}

/** A network has four times what an address has, and neither has more than half of all. */
const networkFactor = 4;

export function createStreamLimiter({ streams, streamsPerAddress }: StreamLimits): StreamLimiter {
  const half = Math.ceil(streams / 2);
  const perAddress = Math.min(streamsPerAddress, half);
  const perNetwork = Math.min(streamsPerAddress * networkFactor, half);
  const open = createFairQueue<() => void>(streams);
  const countByNetwork = new Map<string, number>();

  return {
    acquire({ address, network = "" }, end) {
      const inNetwork = countByNetwork.get(network) ?? 0;
      if (open.countOf(address) >= perAddress) throw streamsExhausted();
      if (network !== "" && inNetwork >= perNetwork) throw streamsExhausted();
      // An entry of its own, whatever the caller hands in.
      const entry = () => end();
      const displaced = open.add(address, entry);
      if (displaced === entry) throw streamsExhausted();
      displaced?.();
      if (network !== "") countByNetwork.set(network, inNetwork + 1);
      return () => {
        open.remove(address, entry);
        if (network === "") return;
        const left = (countByNetwork.get(network) ?? 1) - 1;
        if (left > 0) countByNetwork.set(network, left);
        else countByNetwork.delete(network);
      };
    },
  };
}

function streamsExhausted(): HttpError {
  const text = "there are as many streams as there may be";
  return new HttpError(503, "STREAMS_EXHAUSTED", text, { retryAfterMs: 5_000 });
}
