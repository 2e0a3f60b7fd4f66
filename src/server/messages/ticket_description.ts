import type {
  DescribeTicketRequest,
  TicketDescription as TicketDescriptionMessage,
} from "../../../gen/qrlogin/v1/qr_login_admin_service.js";
import { CancelReason, TicketState } from "../../../gen/qrlogin/v1/ticket.js";
import type { Clock } from "../../base/clock.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { isLogId } from "../../domain/secrets.js";
import type { TicketDescription, TicketReference } from "../../service/describe_ticket.js";
import { createFieldValidator } from "./decode.js";

/**
 * Reads a DescribeTicket request.
 *
 * @throws TicketError INVALID_REQUEST with the field that is not valid.
 */
export function readDescribeTicket({ ticket }: DescribeTicketRequest): TicketReference {
  const fields = createFieldValidator();
  if (ticket?.$case === "ticketId") {
    const ticketId = fields.requireText("ticket_id", ticket.value, fieldLimits.ticketId);
    fields.throwIfInvalid();
    return { ticketId };
  }
  const logId = ticket?.value ?? "";
  if (!ticket) fields.addViolation("log_id", "is required unless ticket_id is set");
  else if (!isLogId(logId)) fields.addViolation("log_id", "must be 12 characters of base64url");
  fields.throwIfInvalid();
  return { logId };
}

/** Converts a description to its message. */
export function toTicketDescription(description: TicketDescription, clock: Clock): TicketDescriptionMessage {
  const { logId, appId, userPoolId, revision, checkCodeDigits, wrongCheckCodes } = description;
  const dateOf = (moment: number | undefined) =>
    moment === undefined ? undefined : new Date(clock.wallTimeOf(moment));
  return {
    ...{ logId, appId, userPoolId, revision, checkCodeDigits, wrongCheckCodes },
    state: TicketState[description.state],
    cancelReason: CancelReason[description.cancelReason ?? "UNSPECIFIED"],
    scanned: description.isScanned,
    qrCodeChanges: description.hasChangingCode,
    approveTime: dateOf(description.approvedAt),
    expireTime: dateOf(description.expiresAt),
    endTime: dateOf(description.endedAt),
    deleteTime: dateOf(description.purgeAt),
  };
}
