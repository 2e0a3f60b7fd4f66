import { type ClientReadableStream, status } from "@grpc/grpc-js";
import type { WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { createCondition } from "../base/condition.js";
import { QrLoginError, toQrLoginError } from "./error.js";

/** One WatchStatus call. It keeps only the newest unread status. */
export interface WatchCall {
  /** Resolves with the newest unread status, or with undefined once the stream has ended with OK. */
  next(): Promise<TicketStatus | undefined>;
  /** Ends the call at once and discards the unread status; `next` then rejects with the reason. */
  stop(reason: unknown): void;
}

export function createWatchCall(
  stream: ClientReadableStream<WatchStatusResponse>,
  call: { readonly address: string; readonly requestId?: string | undefined },
): WatchCall {
  let unread: TicketStatus | undefined;
  let end: { readonly failure?: unknown } | undefined;
  const changed = createCondition();

  const finish = (ending: { readonly failure?: unknown }) => {
    end ??= ending;
    changed.notifyAll();
  };
  const stop = (reason: unknown) => {
    unread = undefined;
    end = { failure: reason };
    changed.notifyAll();
    stream.cancel();
  };
  // Reads without pause to have the newest status at hand. With back-pressure, a slow reader would get old ones.
  stream.on("data", (message: WatchStatusResponse) => {
    if (end !== undefined) return;
    if (message.status === undefined) {
      stop(new QrLoginError(status.INTERNAL, "The service sent a status message without a status"));
      return;
    }
    unread = message.status;
    changed.notifyAll();
  });
  stream.on("end", () => finish({}));
  // Never removed: a cancelled stream reports its cancellation later, and there is no other listener.
  stream.on("error", (error) => finish({ failure: toQrLoginError(error, call) }));

  return {
    async next() {
      while (unread === undefined && end === undefined) {
        await changed.wait();
      }
      if (unread !== undefined) {
        const newest = unread;
        unread = undefined;
        return newest;
      }
      if (end !== undefined && "failure" in end) throw end.failure;
      return undefined;
    },
    stop,
  };
}
