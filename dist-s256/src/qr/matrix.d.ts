/** How much of a code may be covered, from about 7 % (L) to about 30 % (H): the levels of ISO/IEC 18004. */
export type ErrorCorrection = "L" | "M" | "Q" | "H";
/** The modules of a QR code, without a quiet zone. */
export interface Matrix {
    /** Modules on a side: 21 to 177. */
    readonly size: number;
    /** Whether the module is dark; what lies outside the code is light. */
    isDark(row: number, column: number): boolean;
}
/**
 * The modules of the QR code that says `content`, in UTF-8.
 *
 * @throws Refusal INVALID_REQUEST for `qr_image.error_correction` when no QR code of that level holds so much.
 */
export declare function encode(content: string, errorCorrection: ErrorCorrection): Matrix;
