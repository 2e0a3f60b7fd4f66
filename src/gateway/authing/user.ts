import type { ExchangeUserInfoResponse, ScannedBy } from "../../client/index.js";

/** What a page is told of who has scanned. Always an object: an SDK reads its fields without looking. */
export function toBriefUser(scannedBy: ScannedBy | undefined): Record<string, unknown> {
  return scannedBy ? { nickname: scannedBy.nickname, photo: scannedBy.photoUrl } : {};
}

/** Who has signed in, as V2 tells it. What is not known is an empty text, and null where there is no token. */
export function toFullUser({
  user,
  userPoolId,
  approval,
  tokenSet,
}: ExchangeUserInfoResponse): Record<string, unknown> {
  const claims: Readonly<Record<string, unknown>> = user?.claims ?? {};
  const { preferred_username: username } = claims;
  return {
    id: user?.userId ?? "",
    userPoolId,
    username: typeof username === "string" ? username : "",
    nickname: user?.nickname ?? "",
    name: user?.name ?? "",
    photo: user?.photoUrl ?? "",
    email: user?.email ?? "",
    emailVerified: user?.emailVerified ?? false,
    phone: user?.phone ?? "",
    phoneVerified: user?.phoneVerified ?? false,
    customData: claims,
    token: tokenSet?.idToken ?? null,
    tokenExpiredAt: tokenSet?.expireTime?.toISOString() ?? null,
    lastLogin: approval?.approveTime?.toISOString() ?? null,
  };
}
