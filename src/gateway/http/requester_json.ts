import { ContextSource, type RequesterContext } from "../../client/index.js";

/** Returns the context of a requester as JSON for phones. Sources are names, such as `CLAIMED_BY_PAGE`. */
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

/** Returns the name of a source. */
export function sourceName(source: ContextSource): string {
  return enumNameOf(ContextSource, source);
}

/** Returns the name of a value of a generated enum, or its digits if this release does not know the value. */
export function enumNameOf(values: Readonly<Record<string, number | string>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
