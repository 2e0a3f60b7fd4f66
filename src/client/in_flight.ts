import { status } from "@grpc/grpc-js";
import { QrLoginError } from "./error.js";

/** The calls and watches that run on a client, so that closing it ends them. */
export interface InFlight {
  /**
   * Calls `stop` once with the reason when the signal is aborted or the client is closed, before it returns if that has
   * happened already. The answer lets go.
   */
  join(signal: AbortSignal | undefined, stop: (reason: unknown) => void): () => void;
  /** Stops all that runs, and whatever joins later. */
  close(): void;
}

export function createInFlight(): InFlight {
  // A set of our own: an AbortSignal searches all its listeners whenever one comes or goes, and watches are many.
  const onClose = new Set<(reason: unknown) => void>();
  let closed: QrLoginError | undefined;

  return {
    join(signal, stop) {
      if (signal?.aborted || closed) {
        stop(signal?.aborted ? signal.reason : closed);
        return () => {};
      }
      const leave = () => {
        signal?.removeEventListener("abort", aborted);
        onClose.delete(end);
      };
      const end = (reason: unknown) => {
        leave();
        stop(reason);
      };
      const aborted = () => end(signal?.reason);
      signal?.addEventListener("abort", aborted);
      onClose.add(end);
      return leave;
    },
    close() {
      closed ??= new QrLoginError(status.CANCELLED, "The client has been closed");
      for (const end of [...onClose]) end(closed);
    },
  };
}
