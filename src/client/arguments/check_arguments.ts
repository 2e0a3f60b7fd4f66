import { requestFields } from "../../../gen/request_fields.js";
import type { Fields } from "./field.js";
import { findProblem } from "./find_problem.js";

/** Argument of `fromPartial` of a generated message. */
export type PartialMessage<M extends { fromPartial(object: never): unknown }> = Parameters<
  M["fromPartial"]
>[0];

/** A generated type of request. */
export interface RequestType<Request> {
  readonly $type: string;
  fromPartial(object: never): Request;
}

/**
 * Checks the request of a call and completes it to a message.
 *
 * Fields that the message does not have are ignored, so that a larger object can be passed, such as a response. One
 * whose name is close to that of a missing field is rejected, because its value would be lost without notice.
 *
 * @throws TypeError that names the field, the expected type and the type that came, but never a value.
 */
export function toMessage<Request>(type: RequestType<Request>, request: unknown): Request {
  const fields = requestFields[type.$type] ?? {};
  const problem = findProblem(request, { type: "object", fields }, { isExtensible: true });
  if (problem !== undefined) throw new TypeError(`${methodOf(type)}: request${problem}`);
  return type.fromPartial(request as never);
}

/** Returns the method of the client that takes this type of request. */
export function methodOf({ $type }: { readonly $type: string }): string {
  const name = $type.slice($type.lastIndexOf(".") + 1).replace(/Request$/, "");
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

/**
 * Checks options. Rejects those that do not exist.
 *
 * @param where The function whose options these are, for the message.
 * @throws TypeError that names the option, the expected type and the type that came, but never a value.
 */
export function checkOptions(where: string, options: unknown, fields: Fields): void {
  const problem = findProblem(options, { type: "object", fields }, { isExtensible: false });
  if (problem !== undefined) throw new TypeError(`${where}: options${problem}`);
}
