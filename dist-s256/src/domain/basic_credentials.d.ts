/** An app id and a secret as a header holds them. */
export interface BasicCredentials {
    readonly id: string;
    readonly secret: string;
    /** The same, taken for the form of RFC 6749: equal to the above where they are not of that form. */
    readonly decoded: {
        readonly id: string;
        readonly secret: string;
    };
}
/**
 * Reads a value of `authorization` in the scheme Basic (RFC 7617) in its one canonical form: padded base64 of UTF-8. Returns
 * why it is none otherwise; that text holds nothing of the value.
 *
 * OAuth clients encode id and secret as form fields before that (RFC 6749, section 2.3.1), so that `+` and `%` have two
 * readings. Both are returned: compare the secret as it stands first.
 */
export declare function readBasic(value: string): BasicCredentials | {
    readonly failure: string;
};
