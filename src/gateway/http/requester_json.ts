import { ContextSource, type RequesterContext } from "../../client/index.js";
import { enumNameOf } from "./enum_names.js";

/** Returns the context as JSON for phones, with each source as its name. */
export function toRequesterJson(requester: RequesterContext | undefined): Record<string, string> | null {
  if (!requester) return null;
  return {
    ...requester,
    ipAddressSource: sourceName(requester.ipAddressSource),
    userAgentSource: sourceName(requester.userAgentSource),
    deviceNameSource: sourceName(requester.deviceNameSource),
    locationSource: sourceName(requester.locationSource),
  };
}

/** Returns the name of a source, such as `CLAIMED_BY_PAGE`. */
export function sourceName(source: ContextSource): string {
  return enumNameOf(ContextSource, source);
}
