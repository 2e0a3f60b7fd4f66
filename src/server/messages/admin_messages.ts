import type {
  DisabledSignIns as DisabledSignInsMessage,
  DisableSignInsRequest,
  EnableSignInsRequest,
} from "../../../gen/qrlogin/v1/qr_login_admin_service.js";
import type { DisabledSignIns, SignInTarget } from "../../domain/disabled_sign_ins.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { createFieldValidator, type FieldValidator } from "./decode.js";
import { removeDeceptiveCharacters } from "./requester.js";

/** Returns whether an app or a user pool is known. */
export type IsKnownTarget = (target: SignInTarget) => boolean;

/**
 * Reads a DisableSignIns request.
 *
 * @throws TicketError INVALID_REQUEST with every field that is not valid.
 */
export function readDisableSignIns(
  request: DisableSignInsRequest,
  isKnown: IsKnownTarget,
): { readonly target: SignInTarget; readonly note: string } {
  const fields = createFieldValidator();
  const target = readTarget(request.target, fields);
  const note = fields.limitText("note", request.note, fieldLimits.adminNote);
  if (target.id !== "" && !isKnown(target)) addUnknownTarget(target, fields);
  fields.throwIfInvalid();
  return { target, note: removeDeceptiveCharacters(note).trim() };
}

/**
 * Reads an EnableSignIns request. The target may be one that is no longer configured.
 *
 * @throws TicketError INVALID_REQUEST with every field that is not valid.
 */
export function readEnableSignIns(request: EnableSignInsRequest): SignInTarget {
  const fields = createFieldValidator();
  const target = readTarget(request.target, fields);
  fields.throwIfInvalid();
  return target;
}

/** Throws INVALID_REQUEST for a target that nobody knows. */
export function rejectUnknownTarget(target: SignInTarget): void {
  const fields = createFieldValidator();
  addUnknownTarget(target, fields);
  fields.throwIfInvalid();
}

/** Converts a record to its message. */
export function toDisabledSignIns({
  target,
  note,
  adminId,
  disabledAt,
}: DisabledSignIns): DisabledSignInsMessage {
  const $case = target.kind === "app" ? "appId" : "userPoolId";
  return {
    target: { $case, value: target.id },
    note,
    adminId,
    disableTime: disabledAt === undefined ? undefined : new Date(disabledAt),
  };
}

/** Reads the target. Adds a violation and returns one with an empty id if there is none. */
function readTarget(target: DisableSignInsRequest["target"], fields: FieldValidator): SignInTarget {
  if (!target) {
    fields.addViolation("app_id", "is required unless user_pool_id is set");
    return { kind: "app", id: "" };
  }
  const kind = target.$case === "appId" ? "app" : "userPool";
  return { kind, id: fields.requireText(fieldNames[kind], target.value, fieldLimits.appId) };
}

const fieldNames: Readonly<Record<SignInTarget["kind"], string>> = {
  app: "app_id",
  userPool: "user_pool_id",
};

function addUnknownTarget(target: SignInTarget, fields: FieldValidator): void {
  const what = target.kind === "app" ? "an app" : "a user pool";
  fields.addViolation(fieldNames[target.kind], `must be the id of ${what} that is configured`);
}
