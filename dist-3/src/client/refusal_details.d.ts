import { ErrorReason } from "../../gen/qrlogin/v1/error_reason.js";
/** Name of an {@link ErrorReason} that the service sends. */
export type ErrorReasonName = Exclude<keyof typeof ErrorReason, "UNSPECIFIED" | "UNRECOGNIZED">;
/** A field of the request that breaks its limits. */
export interface FieldViolation {
    /** Path in the request by proto names, such as `qr_image.size`. */
    readonly field: string;
    /** What is wrong, for people. */
    readonly description: string;
}
/** What a refusal says beside its code, read out of the trailer `grpc-status-details-bin`. */
export interface RefusalDetails {
    readonly reason: ErrorReasonName | undefined;
    readonly reasonText: string | undefined;
    readonly domain: string | undefined;
    readonly currentState: string | undefined;
    readonly fieldViolations: readonly FieldViolation[];
    readonly retryAfterMs: number | undefined;
}
/** The details in the trailers of a call. Whatever is missing or cannot be read is left out; never throws. */
export declare function refusalDetailsOf(trailers: unknown): RefusalDetails;
