import type { CreateTicketResponse, QrCodeStep, StatusResponse } from "../http_types.js";

/** One of the codes of a ticket whose code changes. */
export interface CodeStep extends QrCodeStep {
  /** Address of the SVG image. */
  readonly url: string;
}

/** New ticket with the QR code that the page shows. */
export interface QrCode extends CreateTicketResponse {
  /** Address of the SVG image. */
  readonly url: string;
  readonly qrCode: CodeStep | null;
}

/** Status of a ticket, with the address of the image of a code that changes. */
export interface PageStatus extends StatusResponse {
  readonly qrCode: CodeStep | null;
}

/** Error of a request that the gateway rejected or that did not reach it. */
export class GatewayError extends Error {
  /** Reason from the gateway, or one of the widget's own: see docs/widget.md. */
  declare readonly reason: string;
  /** Delay that the gateway asks for before the next attempt, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;
  /** Number of attempts that are left, with the reason CHECK_CODE_MISMATCH. */
  declare readonly attemptsLeft: number | undefined;

  constructor(reason: string, message: string, retryAfterMs?: number, attemptsLeft?: number) {
    super(message);
    this.name = "GatewayError";
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.attemptsLeft = attemptsLeft;
  }

  /** Returns true if the page has read no response of the gateway. */
  get isUnreachable(): boolean {
    return this.reason === "OFFLINE" || this.reason === "UNREADABLE";
  }

  /** Returns true if a later attempt may succeed. */
  get isTransient(): boolean {
    return this.isUnreachable || this.retryAfterMs !== undefined;
  }
}
