import type { ExchangeUserInfoResponse, ScannedBy } from "../../client/index.js";

/**
 * Returns the scanner's profile for a page. Always an object, since an SDK reads its fields without a check.
 */
export function toBriefUser(scannedBy: ScannedBy | undefined): Record<string, unknown> {
  return scannedBy ? { nickname: scannedBy.nickname, photo: scannedBy.photoUrl } : {};
}

/**
 * Returns the signed-in user in the form of V2. Unknown fields are empty strings; without a token, `token` is
 * null.
 */
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
