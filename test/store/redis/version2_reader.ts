import { StoreUnavailableError } from "../../../src/store/ticket_store.js";

/**
 * Reads a ticket as nodes of the release before the check code do, which know version 2 of the stored form alone.
 * Frozen: it must not follow later changes of `ticket_codec.ts`.
 *
 * @throws StoreUnavailableError for a value of any other version.
 */
export function readVersion2(id: string, value: string) {
  if (value[16] !== "2") throw new StoreUnavailableError("another format version");
  const parts: readonly unknown[] = JSON.parse(value.slice(17));
  const [appId, userPoolId, scene, state, revision, exchangeDigest, codeChallenge] = parts;
  const [expiresAt, purgeAt, cancelReason, customData, requester, scanner, scannedBy] = parts.slice(7);
  const [approval, customDataSource] = parts.slice(14);
  return {
    ...{ id, appId, userPoolId, scene, state, revision, writeId: value.slice(0, 16) },
    ...{ exchangeDigest, codeChallenge: codeChallenge ?? undefined },
    ...{ expiresAt, purgeAt: purgeAt ?? undefined, cancelReason: cancelReason ?? undefined },
    scanner: Array.isArray(scanner) ? { issuer: scanner[0], subject: scanner[1] } : undefined,
    customData: customData ?? undefined,
    customDataSource: sources[Number(customDataSource)],
    requester: Array.isArray(requester) ? readRequester(requester) : undefined,
    scannedBy: Array.isArray(scannedBy) ? { nickname: scannedBy[0], photo: scannedBy[1] } : undefined,
    approval: approval ?? undefined,
  };
}

const sources = [undefined, "STATED_BY_APP", "OBSERVED_BY_GATEWAY", "CLAIMED_BY_PAGE"];

function readRequester([ipAddress, userAgent, deviceName, location, ...numbers]: readonly unknown[]) {
  const [ipAddressSource, userAgentSource, deviceNameSource, locationSource] = numbers.map(
    (number) => sources[Number(number)],
  );
  return {
    ...{ ipAddress, userAgent, deviceName, location },
    ...{ ipAddressSource, userAgentSource, deviceNameSource, locationSource },
  };
}
