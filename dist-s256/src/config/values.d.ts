import * as z from "zod";
/** The milliseconds of `500ms`, `30s`, `5m` or `12h`; undefined if the text has another form. */
export declare function parseDuration(text: string): number | undefined;
/** A duration as text, read into milliseconds, between two durations in the same form. */
export declare function duration(min: string, max: string): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>;
/** A whole number between two others. */
export declare function count(min: number, max: number): z.ZodInt;
/**
 * A text of a form of its own. What is no text, such as a number, is told the form: to put it in quotes would not do.
 */
export declare function formText(form: string): z.ZodString;
/** Text that is not empty. */
export declare const text: z.ZodString;
/** The id of an app or a user pool. No colon, since that ends the user name of Basic authentication. */
export declare const id: z.ZodString;
/** `HOST:PORT` or `[IPV6]:PORT`. */
export declare const address: z.ZodString;
/** The PEM files of a certificate chain and its private key. */
export declare const certificateFiles: z.ZodObject<{
    certFile: z.ZodString;
    keyFile: z.ZodString;
}, z.core.$strict>;
export declare const placeholderText = "holds a placeholder: write the whole URL, with your own value in its place";
/** Returns whether braces or angle brackets stand where a value should, as in documents of identity providers. */
export declare const hasPlaceholder: (value: string) => boolean;
/** An address that keys or claims are fetched from: nobody on the way may change them. */
export declare const trustedUrl: z.ZodString;
/** The issuer of a pool's tokens: an https or http URL, or a URN. It is compared and not fetched. */
export declare const poolIssuer: z.ZodString;
/** Whether a URL leads to this machine. */
export declare function isLoopbackUrl(url: URL): boolean;
/** A picture that a phone can show: https, http or `data:image/`; empty if there is none. */
export declare const pictureUrl: z.ZodString;
/** The URL that a text is, if it is one. */
export declare function urlOf(value: string): URL | undefined;
/** A SHA-256 as 64 hexadecimal digits, made lower-case. */
export declare const sha256: z.ZodPipe<z.ZodString, z.ZodTransform<string, string>>;
/** A secret that signs tokens: 32 bytes of UTF-8 or more, and nothing that shows that it was not drawn at random. */
export declare const sharedSecret: z.ZodString;
/** A list that is not empty, or its only entry by itself. */
export declare function oneOrMore<T extends z.ZodType>(entry: T): z.ZodPreprocess<z.ZodArray<T>, unknown>;
