import { create } from "qrcode";
import { Refusal } from "../domain/refusal.js";
/**
 * The modules of the QR code that says `content`, in UTF-8.
 *
 * @throws Refusal INVALID_REQUEST for `qr_image.error_correction` when no QR code of that level holds so much.
 */
export function encode(content, errorCorrection) {
    const { size, data } = modulesOf(content, errorCorrection);
    return {
        size,
        isDark: (row, column) => row >= 0 && column >= 0 && row < size && column < size && data[row * size + column] !== 0,
    };
}
function modulesOf(content, errorCorrection) {
    try {
        // One byte segment: qrcode's search for a shorter mix of modes saves our JSON nothing and takes twice the time.
        const segment = { mode: "byte", data: Buffer.from(content, "utf8") };
        return create([segment], { errorCorrectionLevel: errorCorrection }).modules;
    }
    catch (error) {
        // qrcode has no other mark on this error than its text, which a test holds.
        if (!(error instanceof Error && error.message.startsWith("The amount of data is too big")))
            throw error;
        throw new Refusal("INVALID_REQUEST", "the QR content does not fit into a QR code", {
            fieldViolations: [
                {
                    field: "qr_image.error_correction",
                    description: "no QR code of this level holds the content: choose a lower one",
                },
            ],
        });
    }
}
