import type { CreateTicketResponse } from "../http_types.js";

/** New ticket with the QR code that the page shows. */
export interface QrCode extends CreateTicketResponse {
  /** Address of the SVG image. */
  readonly url: string;
}

/** Error of a request that the gateway rejected or that did not reach it. */
export class GatewayError extends Error {
  /** Reason from the gateway, or one of the widget's own: see docs/widget.md. */
  readonly reason: string;
  /** Delay that the gateway asks for before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = "GatewayError";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** Returns true if a later attempt may succeed. */
  get isTransient(): boolean {
    return this.reason === "OFFLINE" || this.retryAfterMs !== undefined;
  }
}
