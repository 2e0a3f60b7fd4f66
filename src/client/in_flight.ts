import { status } from "@grpc/grpc-js";
import { QrLoginError } from "./error.js";

/** The calls and watches that run on a client, so that closing it ends them. */
export interface InFlight {
  /**
   * Calls `stop` once with the reason when the signal is aborted or the client is closed, before it returns if that has
   * happened already. The answer lets go.
   */
  add(signal: AbortSignal | undefined, stop: (reason: unknown) => void): () => void;
  /** Stops all that runs, and whatever joins later. */
  close(): void;
}

type Stop = (reason: unknown) => void;

/** The calls that end with a signal of the caller, and the one listener that ends them. */
interface SignalGroup {
  readonly stops: Set<Stop>;
  readonly listener: () => void;
}

export function createInFlight(): InFlight {
  // Sets of our own: an AbortSignal searches all its listeners whenever one comes or goes, and a caller may give the same
  // signal to tens of thousands of watches.
  const onClose = new Set<Stop>();
  const bySignal = new Map<AbortSignal, SignalGroup>();
  let closed: QrLoginError | undefined;

  function groupOf(signal: AbortSignal): SignalGroup {
    const known = bySignal.get(signal);
    if (known) return known;
    const stops = new Set<Stop>();
    const listener = () => {
      for (const stop of [...stops]) stop(signal.reason);
    };
    const group = { stops, listener };
    bySignal.set(signal, group);
    signal.addEventListener("abort", listener);
    return group;
  }

  function removeFromSignal(signal: AbortSignal, stop: Stop): void {
    const group = bySignal.get(signal);
    if (!group?.stops.delete(stop) || group.stops.size > 0) return;
    bySignal.delete(signal);
    signal.removeEventListener("abort", group.listener);
  }

  return {
    add(signal, stop) {
      if (signal?.aborted || closed) {
        stop(signal?.aborted ? signal.reason : closed);
        return () => {};
      }
      const remove = () => {
        if (signal) removeFromSignal(signal, stopOnce);
        onClose.delete(stopOnce);
      };
      const stopOnce = (reason: unknown) => {
        remove();
        stop(reason);
      };
      if (signal) groupOf(signal).stops.add(stopOnce);
      onClose.add(stopOnce);
      return remove;
    },
    close() {
      closed ??= new QrLoginError(status.CANCELLED, "The client has been closed");
      for (const stopOnce of [...onClose]) stopOnce(closed);
    },
  };
}
