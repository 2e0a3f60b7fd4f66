/** A fresh ticket id: 128 random bits, 22 characters of base64url. */
export declare const newTicketId: () => string;
/** A fresh ticket secret or app secret: 256 random bits, 43 characters of base64url. */
export declare const newSecret: () => string;
/** A fresh write id: 96 random bits, 16 characters of base64url. */
export declare const newWriteId: () => string;
/** SHA-256 of a text, base64url. For random secrets of 256 bits; a password would need a slow hash. */
export declare function digest(text: string): string;
/** SHA-256 of a text, as hexadecimal digits: the form in which app secrets stand in the configuration. */
export declare function hexDigest(text: string): string;
/** Whether two digests are equal, in a time that does not tell where they differ. */
export declare function sameDigest(a: string, b: string): boolean;
/** Whether the text is `bytes` bytes of base64url in its one canonical form, without padding. */
export declare function isCanonicalBase64url(text: string, bytes: number): boolean;
/** Reports whether the text has the form of a ticket id: 16 bytes of canonical base64url, 22 characters. */
export declare function isTicketId(text: string): boolean;
/** Returns the exchange ticket, `ticket_id.base64url(SHA-256(label, ticket_id, ticket_secret))`. Never stored. */
export declare function exchangeTicketOf(ticketId: string, ticketSecret: string): string;
/** Returns the digest that is stored with the ticket: it proves the exchange ticket, and through it the ticket secret. */
export declare function exchangeDigestOf(exchangeTicket: string): string;
/** Reports whether the text is the secret of the ticket, in its one canonical form. */
export declare function secretFits(ticketSecret: string, ticket: {
    id: string;
    exchangeDigest: string;
}): boolean;
/** Reports whether the text is the exchange ticket of the ticket. */
export declare function exchangeTicketFits(exchangeTicket: string, ticket: {
    exchangeDigest: string;
}): boolean;
/** Returns the ticket id in an exchange ticket, or undefined if the text does not have the canonical form of one. */
export declare function ticketIdOf(exchangeTicket: string): string | undefined;
/** Whether the verifier fits the challenge by PKCE's method S256 (RFC 7636, section 4.6). */
export declare function verifierFits(codeVerifier: string, codeChallenge: string): boolean;
/** Tells tickets apart in every log without naming one: 12 characters, 72 bits. */
export declare function logNameOf(ticketId: string): string;
