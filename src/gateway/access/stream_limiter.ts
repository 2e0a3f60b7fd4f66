import type { FastifyRequest } from "fastify";
import { createFairQueue } from "../../base/fair_queue.js";
import { addressKeyOf, networkKeyOf } from "../http/client_address.js";
import { HttpError } from "../http/http_error.js";
import { type GatewayLimitName, type LimitObserver, silentLimitObserver } from "./limit_observer.js";

/** The caller that opens a stream, by the keys under which addresses are counted. */
export interface StreamOwner {
  readonly address: string;
  /** The /48 network of an IPv6 address; undefined for IPv4. */
  readonly network: string | undefined;
}

/** Returns the owner of the streams that a request opens. */
export function streamOwnerOf(request: Pick<FastifyRequest, "ip">): StreamOwner {
  return { address: addressKeyOf(request), network: networkKeyOf(request) };
}

/** Limits the number of open streams: in total, per address and per network. */
export interface StreamLimiter {
  /**
   * Counts a stream. Returns a function that removes it again. At the total limit, calls `end` of the newest
   * stream of the address with the most streams, which is thereby displaced.
   *
   * @throws HttpError STREAMS_EXHAUSTED if the address or the network is at its limit, or if the new stream
   *   itself would be displaced.
   */
  acquire(owner: StreamOwner, end: () => void): () => void;
}

export interface StreamLimits {
  /**
   * Open event streams in total. 10,000 by default. Beyond it, the newest stream of the address with the most
   * is ended.
   */
  readonly streams: number;
  /**
   * Open event streams per address (IPv6: per /64); an IPv6 /48 can have four times as many. Neither exceeds
   * half of `streams`. 2,000 by default.
   */
  readonly streamsPerAddress: number;
}

/** A network can have this many times the streams of an address. */
const networkFactor = 4;

/** Creates a limiter without streams. */
export function createStreamLimiter(
  { streams, streamsPerAddress }: StreamLimits,
  observer: LimitObserver = silentLimitObserver,
): StreamLimiter {
  const half = Math.ceil(streams / 2);
  const perAddress = Math.min(streamsPerAddress, half);
  const perNetwork = Math.min(streamsPerAddress * networkFactor, half);
  const openStreams = createFairQueue<() => void>(streams);
  const countByNetwork = new Map<string, number>();

  function reject(limit: GatewayLimitName): HttpError {
    observer.limitExceeded(limit);
    return new HttpError(503, "STREAMS_EXHAUSTED", "too many event streams are open", {
      retryAfterMs: 5_000,
    });
  }

  return {
    acquire({ address, network = "" }, end) {
      const inNetwork = countByNetwork.get(network) ?? 0;
      if (openStreams.countOf(address) >= perAddress) throw reject("streams_per_address");
      if (network !== "" && inNetwork >= perNetwork) throw reject("streams_per_address");
      // A new function for each call: the queue identifies entries by identity, and callers may pass the same
      // `end`.
      const entry = () => end();
      const displaced = openStreams.add(address, entry);
      if (displaced === entry) throw reject("streams");
      if (displaced) {
        observer.limitExceeded("streams");
        displaced();
      }
      if (network !== "") countByNetwork.set(network, inNetwork + 1);
      return () => {
        openStreams.remove(address, entry);
        if (network === "") return;
        const left = (countByNetwork.get(network) ?? 1) - 1;
        if (left > 0) countByNetwork.set(network, left);
        else countByNetwork.delete(network);
      };
    },
  };
}
