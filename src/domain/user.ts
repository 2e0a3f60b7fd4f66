/** Any JSON value; the form of claims and of custom data. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A user as described by the user pool's issuer. Texts are empty if the issuer gives none. */
export interface UserProfile {
  /** Id of the user in the pool. */
  readonly userId: string;
  readonly nickname: string;
  readonly name: string;
  readonly photo: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly phone: string;
  readonly phoneVerified: boolean;
  /** Additional claims that the pool is configured to pass on. */
  readonly claims: { readonly [name: string]: Json };
}

/** The approver's sign-in to the mobile app, as described by the user token. */
export interface SignInContext {
  /** Claim `azp` or `client_id`; empty if absent. */
  readonly clientId: string;
  /** Claim `auth_time`, in milliseconds since the Unix epoch. */
  readonly authTime: number | undefined;
  /** Claim `amr` (RFC 8176). */
  readonly methods: readonly string[];
  /** Claim `acr`; empty if absent. */
  readonly acr: string;
}

/** A signed-in phone user, known from a verified user token only. */
export interface Approver {
  readonly userPoolId: string;
  /** Claim `iss`. It identifies the user together with the subject. */
  readonly issuer: string;
  /** Claim `sub`. */
  readonly subject: string;
  readonly profile: UserProfile;
  readonly signIn: SignInContext;
}
