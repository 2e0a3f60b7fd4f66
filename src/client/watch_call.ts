import { type ClientReadableStream, status } from "@grpc/grpc-js";
import type { WatchStatusResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { createCondition } from "../base/condition.js";
import { QrLoginError, toQrLoginError } from "./error.js";

/** One WatchStatus call, from its start to its end. Of what was not read yet it keeps the newest only. */
export interface WatchCall {
  /** The newest unread status, as soon as there is one; undefined once the stream has ended with OK. */
  next(): Promise<TicketStatus | undefined>;
  /** Ends the call at once and forgets what is unread; `next` rejects with the reason. */
  stop(reason: unknown): void;
}

export function createWatchCall(stream: ClientReadableStream<WatchStatusResponse>): WatchCall {
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
  // Reading without pause keeps the newest at hand; a reader that holds the stream back would be served old statuses.
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
  // Stays for good: a cancelled stream reports its cancellation later, and nobody else listens.
  stream.on("error", (error) => finish({ failure: toQrLoginError(error) }));

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
