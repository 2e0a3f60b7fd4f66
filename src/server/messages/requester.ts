import { isIP } from "node:net";
import { ContextSource, type RequesterContext as RequesterMessage } from "../../../gen/qrlogin/v1/ticket.js";
import { fieldLimits } from "../../domain/field_limits.js";
import type { RequesterContext, ContextSource as Source } from "../../domain/ticket.js";
import type { FieldValidator } from "./decode.js";

// Line breaks, invisible characters and characters that reorder text (Unicode TR 36) could make one item look
// like another.
const deceptiveCharacters =
  /[\p{Cc}\p{Default_Ignorable_Code_Point}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFFF9-\uFFFB]/gu;

/** Returns the text without characters that could make it look like another one, or like several. */
export function removeDeceptiveCharacters(text: string): string {
  return text.replace(deceptiveCharacters, "");
}

/** Reads the context of the requesting screen. Adds a violation for each field that is not valid. */
export function readRequester(
  message: RequesterMessage | undefined,
  fields: FieldValidator,
): RequesterContext {
  const ipAddress = readIpAddress("requester.ip_address", message?.ipAddress ?? "", fields);
  const text = (name: string, value = "") =>
    removeDeceptiveCharacters(fields.limitText(`requester.${name}`, value, fieldLimits.requesterText)).trim();
  const userAgent = text("user_agent", message?.userAgent);
  const deviceName = text("device_name", message?.deviceName);
  const location = text("location", message?.location);
  const source = (name: string, item: string, given?: ContextSource) => {
    const read = readContextSource(`requester.${name}_source`, given, fields, name === "ip_address");
    return item === "" ? undefined : read;
  };
  return {
    ...{ ipAddress, userAgent, deviceName, location },
    ipAddressSource: source("ip_address", ipAddress, message?.ipAddressSource),
    userAgentSource: source("user_agent", userAgent, message?.userAgentSource),
    deviceNameSource: source("device_name", deviceName, message?.deviceNameSource),
    locationSource: source("location", location, message?.locationSource),
  };
}

/**
 * Returns the address without its zone (RFC 4007), which has a meaning only on the machine that saw the
 * address. Adds a violation if the text is not empty and no address.
 */
export function readIpAddress(field: string, text: string, fields: FieldValidator): string {
  if (text.length > fieldLimits.ipAddress)
    fields.addViolation(field, `must have at most ${fieldLimits.ipAddress} characters`);
  else if (text !== "" && isIP(text) === 0) fields.addViolation(field, "must be an IPv4 or IPv6 address");
  return text.replace(/%.*$/s, "");
}

const sources = new Map<ContextSource, Source>([
  [ContextSource.UNSPECIFIED, "STATED_BY_APP"],
  [ContextSource.STATED_BY_APP, "STATED_BY_APP"],
  [ContextSource.OBSERVED_BY_GATEWAY, "OBSERVED_BY_GATEWAY"],
  [ContextSource.CLAIMED_BY_PAGE, "CLAIMED_BY_PAGE"],
]);

/**
 * Reads the source of an item. Adds a violation for an unknown source, and for OBSERVED_BY_GATEWAY on an item
 * that a gateway cannot observe.
 */
export function readContextSource(
  field: string,
  given: ContextSource | undefined,
  fields: FieldValidator,
  canBeObserved = false,
): Source | undefined {
  const source = sources.get(given ?? ContextSource.UNSPECIFIED);
  if (source === undefined)
    fields.addViolation(field, "must be STATED_BY_APP, OBSERVED_BY_GATEWAY or CLAIMED_BY_PAGE");
  if (source === "OBSERVED_BY_GATEWAY" && !canBeObserved) {
    fields.addViolation(field, "must not be OBSERVED_BY_GATEWAY: only a network address can be observed");
  }
  return source;
}
