import { status } from "@grpc/grpc-js";
import { type Link, LinkedList } from "../base/linked_list.js";
import { QrLoginError } from "./error.js";

/** The running calls and watches of a client, for closing it. */
export interface InFlight {
  /**
   * Adds a call. Calls `stop` once with the reason when the signal is aborted or the client is closed, or before it
   * returns if either has already happened. Returns a function that removes the call.
   */
  add(signal: AbortSignal | undefined, stop: (reason: unknown) => void): () => void;
  /** Stops all running calls, and those that are added later. */
  close(): void;
}

type Stop = (reason: unknown) => void;

/** The calls with one signal of a caller, and the one listener that ends them. */
interface SignalGroup {
  readonly stops: LinkedList<Stop>;
  readonly listener: () => void;
}

export function createInFlight(): InFlight {
  // Lists instead of listeners: an AbortSignal searches all its listeners whenever one is added or removed, and
  // a caller may pass the same signal to tens of thousands of watches.
  const onClose = new LinkedList<Stop>();
  const bySignal = new Map<AbortSignal, SignalGroup>();
  let closed: QrLoginError | undefined;

  function groupOf(signal: AbortSignal): SignalGroup {
    const known = bySignal.get(signal);
    if (known) return known;
    const stops = new LinkedList<Stop>();
    const listener = () => {
      for (const stop of stops) stop(signal.reason);
    };
    const group = { stops, listener };
    bySignal.set(signal, group);
    signal.addEventListener("abort", listener);
    return group;
  }

  function removeFromSignal(signal: AbortSignal, link: Link<Stop>): void {
    const group = bySignal.get(signal);
    if (!group || !link.remove() || !group.stops.isEmpty) return;
    bySignal.delete(signal);
    signal.removeEventListener("abort", group.listener);
  }

  return {
    add(signal, stop) {
      if (signal?.aborted || closed) {
        stop(signal?.aborted ? signal.reason : closed);
        return () => {};
      }
      const stopOnce = (reason: unknown) => {
        remove();
        stop(reason);
      };
      const linkOfSignal = signal && groupOf(signal).stops.push(stopOnce);
      const link = onClose.push(stopOnce);
      function remove(): void {
        if (signal && linkOfSignal) removeFromSignal(signal, linkOfSignal);
        link.remove();
      }
      return remove;
    },
    close() {
      closed ??= new QrLoginError(status.CANCELLED, "The client is closed");
      for (const stopOnce of onClose) stopOnce(closed);
    },
  };
}
