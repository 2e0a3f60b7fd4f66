/**
 * Returns whether two issuers differ in nothing but their spelling: capitals of scheme and host, a default port, slashes at the
 * end. They are two issuers all the same, since tokens are compared with them exactly (OpenID Connect Core 1.0, section 3.1.3.7).
 * False for two that are equal, and where one has more than 2,048 characters.
 */
export declare function nearIssuer(one: string, other: string): boolean;
