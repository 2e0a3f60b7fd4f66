import type { QrCodeStep } from "../../../gen/qrlogin/v1/ticket.js";
import type { Clock } from "../../base/clock.js";
import { durationOf } from "../../base/durations.js";
import { qrStepOf, shownStepNumber, stepEndOf } from "../../domain/qr_rotation.js";
import type { QrRotation, Ticket } from "../../domain/ticket.js";
import { serializeQrContent } from "../../qr/qr_content.js";
import type { PreparedTicket } from "../../service/tickets.js";

/** Returns the text to draw for a new ticket. It is that of the first step if the code changes. */
export function firstQrContentOf({ ticket, createdAt }: PreparedTicket, clock: Clock): string {
  return qrContentOf(ticket, createdAt, 1, clock);
}

/** Returns the first step of a new ticket, or undefined if its code does not change. */
export function toFirstQrCodeStep(
  { qrRotation }: Ticket,
  qrContent: string,
  clock: Clock,
): QrCodeStep | undefined {
  return qrRotation && toQrCodeStep(qrRotation, 1, qrContent, clock);
}

/** Returns the step that a screen must show now, or undefined if the ticket shows none. */
export function toShownQrCodeStep(ticket: Ticket, clock: Clock): QrCodeStep | undefined {
  const { qrRotation } = ticket;
  const number = shownStepNumber(ticket, clock.now());
  if (!qrRotation || number === undefined) return undefined;
  return toQrCodeStep(qrRotation, number, qrContentOf(ticket, qrRotation.startedAt, number, clock), clock);
}

function qrContentOf(ticket: Ticket, createdAt: number, number: number, clock: Clock): string {
  return serializeQrContent({
    ...ticket,
    ticketId: ticket.id,
    step: ticket.qrRotation && qrStepOf(ticket.id, ticket.qrRotation, number),
    createdAt: clock.wallTimeOf(createdAt),
    expiresAt: clock.wallTimeOf(ticket.expiresAt),
  });
}

function toQrCodeStep(rotation: QrRotation, number: number, qrContent: string, clock: Clock): QrCodeStep {
  const end = stepEndOf(rotation, number);
  // At least one millisecond, since zero says that no step follows.
  const remaining = end === undefined ? 0 : Math.max(1, end - clock.now());
  return { number, qrContent, remainingDuration: durationOf(remaining) };
}
