import { X509Certificate } from "node:crypto";
import { type Mistake } from "./problems.js";
import type { Path } from "./schema_tree.js";
/** The settings that name certificates, as far as they are known. */
interface Certified {
    readonly grpc?: {
        readonly tls?: Files | undefined;
    } | undefined;
    readonly gateway?: {
        readonly tls?: Files | undefined;
        readonly service?: Files | undefined;
    } | undefined;
    readonly store?: {
        readonly kind?: string | undefined;
        readonly redis?: {
            readonly tls?: Files | undefined;
        } | undefined;
    } | undefined;
}
interface Files {
    readonly certFile?: string | undefined;
    readonly caFile?: string | undefined;
}
/** A file with certificates, and from when to when it can be used. */
export interface CertificateFile {
    /** The setting that names it, such as `grpc.tls.certFile`. */
    readonly setting: string;
    readonly path: Path;
    readonly file: string;
    /** Milliseconds since the Unix epoch. */
    readonly validFrom: number;
    readonly validTo: number;
}
/** Returns the certificates in a PEM text; undefined if there are none, or one of them is none. */
export declare function certificatesIn(pem: string): readonly X509Certificate[] | undefined;
/** Reads the certificate files that the settings name. Leaves out a file that cannot be used, which other checks report. */
export declare function certificateFiles({ grpc, gateway, store }: Certified): readonly CertificateFile[];
/** Returns what is wrong with the validity of a file at a time, in milliseconds since the Unix epoch; undefined if nothing is. */
export declare function validityFailure({ validFrom, validTo }: CertificateFile, now: number): string | undefined;
/** Returns that a valid certificate ends soon; undefined while there is time. */
export declare function expiryWarning({ validFrom, validTo }: CertificateFile, now: number): string | undefined;
/** Returns a mistake for each certificate that is not valid at a time. */
export declare function validityMistakes(content: Certified, now: number): Mistake[];
export {};
