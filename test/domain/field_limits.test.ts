import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { fieldLimits } from "../../src/domain/field_limits.js";

const proto = ["qr_login_service", "qr_login_admin_service", "ticket"]
  .map((name) => readFileSync(new URL(`../../proto/qrlogin/v1/${name}.proto`, import.meta.url), "utf8"))
  .join("\n");

/** Returns the comment above a field, without line breaks, of all messages that have it. */
function commentOf(field: string): string {
  const lines = proto.split("\n");
  const comments = lines.flatMap((line, index) => {
    if (!new RegExp(`^\\s+(?:optional )?[\\w.]+ ${field} = \\d+;`).test(line)) return [];
    const start = lines.slice(0, index).findLastIndex((above) => !above.trim().startsWith("//")) + 1;
    return [
      lines
        .slice(start, index)
        .join(" ")
        .replaceAll(/\s*\/\/\s*/g, " "),
    ];
  });
  return comments.join(" ");
}

it.each([
  ["scene", fieldLimits.scene],
  ["ticket_id", fieldLimits.ticketId],
  ["ticket_secret", fieldLimits.ticketSecret],
  ["exchange_ticket", fieldLimits.exchangeTicket],
  ["code_verifier", fieldLimits.codeVerifier],
  ["qr_content", fieldLimits.qrContent],
  ["ip_address", fieldLimits.ipAddress],
  ["user_agent", fieldLimits.requesterText],
  ["device_name", fieldLimits.requesterText],
  ["location", fieldLimits.requesterText],
  ["note", fieldLimits.adminNote],
  ["size", fieldLimits.imageSize.max],
  ["margin", fieldLimits.imageMargin.max],
])("The comment of the field %s in the proto states its limit, %d.", (field, limit) => {
  expect(commentOf(field).replaceAll(",", "")).toMatch(new RegExp(`\\b${limit}\\b`));
});
