import { type Finding, findingsOf } from "../finding.js";
import type { EndpointResponse } from "./request_endpoint.js";

/** Precision of the header `date`, in milliseconds. */
const precision = 1_000;

/**
 * Compares the header `date` of a response with this machine's clock. Returns no finding if the response has no usable
 * date.
 *
 * @param tolerance Tolerated difference, in milliseconds (userTokens.clockTolerance).
 */
export function explainClockSkew(
  check: string,
  { headers, at }: Pick<EndpointResponse, "headers" | "at">,
  tolerance: number,
): readonly Finding[] {
  const { ok, warning, failed } = findingsOf(check);
  // The header states the beginning of a second, and a cache returns the date of its copy.
  const date =
    Date.parse(headers.get("date") ?? "") + precision / 2 + Number(headers.get("age") ?? 0) * 1_000;
  if (Number.isNaN(date)) return [];
  const skew = at - date;
  const seconds = Math.round(Math.abs(skew) / 1_000);
  const limit = `userTokens.clockTolerance is ${tolerance / 1_000} s`;
  if (Math.abs(skew) <= precision) return [ok("agrees with this machine's")];
  const text = `this machine's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} it; ${limit}`;
  if (Math.abs(skew) <= tolerance / 2) return [ok(text)];
  const cause =
    skew > 0
      ? "user tokens expire too early here"
      : "fresh user tokens are not valid yet, and old ones expire late";
  const explanation = { cause, remedy: "synchronize both clocks by NTP (timedatectl, chronyc tracking)" };
  return [Math.abs(skew) > tolerance ? failed(text, explanation) : warning(text, explanation)];
}
