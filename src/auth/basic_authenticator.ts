import { parseBasicCredentials } from "../base/basic_credentials.js";
import { isSameDigest, sha256, sha256Hex } from "../domain/secrets.js";
import { TicketError } from "../domain/ticket_error.js";

/** Caller that authenticates with an id and a secret: an app or an administrator. */
export interface SecretHolder {
  readonly id: string;
  readonly secretSha256: readonly string[];
}

/** Authenticator of callers of one kind. */
export interface BasicAuthenticator<Holder> {
  /**
   * Returns the caller that the values of the metadata key `authorization` authenticate.
   *
   * @throws TicketError with the reason of the kind and one fixed message. The cause states the failure, for the log.
   */
  authenticate(authorization: readonly string[]): Holder;
}

/** Kind of callers, with the reason of its errors. */
interface CallerKind {
  readonly noun: "app" | "administrator";
  readonly reason: "APP_UNAUTHENTICATED" | "ADMIN_UNAUTHENTICATED";
}

const appKind: CallerKind = { noun: "app", reason: "APP_UNAUTHENTICATED" };
const adminKind: CallerKind = { noun: "administrator", reason: "ADMIN_UNAUTHENTICATED" };

/** Longest `authorization` value that is parsed, in characters. */
const maxLength = 2048;

const canonicalScheme = /^Basic [^ ]/;

// Filler with the length of a digest, which no digest equals.
const noDigest = "-".repeat(64);

/** Creates the authenticator of apps by their secrets, whose errors are APP_UNAUTHENTICATED. */
export function createAppSecretAuthenticator<App extends SecretHolder>(
  apps: readonly App[],
): BasicAuthenticator<App> {
  return createBasicAuthenticator(appKind, apps);
}

/** Creates the authenticator of administrators, whose errors are ADMIN_UNAUTHENTICATED. */
export function createAdminAuthenticator<Admin extends SecretHolder>(
  admins: readonly Admin[],
): BasicAuthenticator<Admin> {
  return createBasicAuthenticator(adminKind, admins);
}

/**
 * Creates an authenticator for `Basic base64(id:secret)` (RFC 7617). Accepts exactly one value, in canonical base64
 * (padded) of UTF-8. Id and secret may be form-encoded first, as OAuth clients do (RFC 6749, section 2.3.1). A holder
 * may have several secrets at a time, for rotation. An id cannot contain a colon.
 */
function createBasicAuthenticator<Holder extends SecretHolder>(
  { noun, reason }: CallerKind,
  holders: readonly Holder[],
): BasicAuthenticator<Holder> {
  // `cause` is for the log and contains no secret. It is a string, because creating an Error would double the cost of
  // an unauthenticated call.
  const unauthenticated = (cause: string) => new TicketError(reason, undefined, { cause });
  // Every call costs the same number of comparisons, so that timing does not distinguish an unknown id from
  // a wrong secret.
  const digestsPerHolder = Math.max(1, ...holders.map(({ secretSha256 }) => secretSha256.length));
  const padded = (digests: readonly string[]): readonly string[] => [
    ...digests,
    ...Array<string>(digestsPerHolder - digests.length).fill(noDigest),
  ];
  const configured = new Map(
    holders.map((holder) => [holder.id, { holder, digests: padded(holder.secretSha256) }]),
  );
  const unknown = { holder: undefined, digests: padded([]) };
  // Caches values that have authenticated a caller, by SHA-256. A repeated value costs one hash, and no
  // credential is kept.
  const cache = new Map<string, Holder>();

  return {
    authenticate(authorization) {
      const [value] = authorization;
      if (value === undefined || authorization.length !== 1)
        throw unauthenticated(`there are ${authorization.length} authorization values instead of one`);
      if (value.length > maxLength) throw unauthenticated("the authorization value is too long");
      const valueDigest = sha256(value);
      const cached = cache.get(valueDigest);
      if (cached) return cached;
      const read = parseBasicCredentials(value);
      if ("failure" in read) throw unauthenticated(read.failure);
      const { id, secret, formDecoded } = read;
      const { holder, digests } = configured.get(id) ?? configured.get(formDecoded.id) ?? unknown;
      const presented = sha256Hex(secret);
      const presentedDecoded = formDecoded.secret === secret ? presented : sha256Hex(formDecoded.secret);
      let isRight = false;
      let isRightDecoded = false;
      for (const known of digests) {
        // No early exit: the time must not reveal which secret matched, or in which encoding.
        if (isSameDigest(presented, known)) isRight = true;
        if (isSameDigest(presentedDecoded, known)) isRightDecoded = true;
      }
      // An unknown id may be a secret in the wrong place, so it is not logged.
      if (!holder) throw unauthenticated(`no ${noun} has the given id, of ${id.length} characters`);
      if (!isRight && !isRightDecoded)
        throw unauthenticated(`the secret of the ${noun} ${holder.id} is wrong`);
      // Caches only the literal form with the usual spelling "Basic ", so that there is at most one entry for
      // each secret.
      if (isRight && holder.id === id && canonicalScheme.test(value)) cache.set(valueDigest, holder);
      return holder;
    },
  };
}
