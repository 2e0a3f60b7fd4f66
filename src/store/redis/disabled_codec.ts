import type { DisabledSignIns, SignInTarget } from "../../domain/disabled_sign_ins.js";

/** Returns the field of the hash for a target, such as `app:shop`. */
export function fieldOf({ kind, id }: SignInTarget): string {
  return `${kind}:${id}`;
}

/** Returns the value of the hash for a record. */
export function encodeDisabled({ note, adminId, disabledAt }: DisabledSignIns): string {
  return JSON.stringify({ note, adminId, disabledAt });
}

/** Value of the hash for a target whose sign-ins were enabled again. */
export const enabledValue = JSON.stringify({ enabled: true });

/**
 * Returns the record of a field and its value, or "enabled" if sign-ins were enabled again. Returns undefined if a
 * later version wrote a field of another kind.
 *
 * Any other value disables sign-ins. In an emergency, it can be written by hand: `HSET qrlogin:disabled app:shop ''`.
 */
export function decodeDisabled(field: string, value: string): DisabledSignIns | "enabled" | undefined {
  const { kind, id } = /^(?<kind>app|userPool):(?<id>.+)$/s.exec(field)?.groups ?? {};
  if (id === undefined) return undefined;
  const details = parseDetails(value);
  if (details.enabled === true) return "enabled";
  return {
    target: { kind: kind === "app" ? "app" : "userPool", id },
    note: typeof details.note === "string" ? details.note : "",
    adminId: typeof details.adminId === "string" ? details.adminId : "",
    disabledAt: isTimestamp(details.disabledAt) ? details.disabledAt : undefined,
  };
}

/** Largest time of a google.protobuf.Timestamp: the end of the year 9999. */
const maxTimestamp = 253_402_300_799_999;

function isTimestamp(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= maxTimestamp;
}

function parseDetails(
  value: string,
): Partial<Record<"enabled" | "note" | "adminId" | "disabledAt", unknown>> {
  try {
    return Object(JSON.parse(value));
  } catch {
    // Written by hand.
    return {};
  }
}
