import { create } from "qrcode";
import { TicketError } from "../domain/ticket_error.js";

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
 * @throws TicketError INVALID_REQUEST for `qr_image.error_correction` when no QR code of that level holds so much.
 */
export function createMatrix(content: string, errorCorrection: ErrorCorrection): Matrix {
  const { size, data } = modulesOf(content, errorCorrection);
  return {
    size,
    isDark: (row, column) =>
      row >= 0 && column >= 0 && row < size && column < size && data[row * size + column] !== 0,
  };
}

function modulesOf(content: string, errorCorrection: ErrorCorrection): { size: number; data: Uint8Array } {
  try {
    // One byte segment: qrcode's search for a shorter mix of modes saves our JSON nothing and takes twice the time.
    const segment = { mode: "byte" as const, data: Buffer.from(content, "utf8") };
    return create([segment], { errorCorrectionLevel: errorCorrection }).modules;
  } catch (error) {
    // qrcode has no other mark on this error than its text, which a test holds.
    if (!(error instanceof Error && error.message.startsWith("The amount of data is too big"))) throw error;
    throw new TicketError("INVALID_REQUEST", "the QR content does not fit into a QR code", {
      fieldViolations: [
        {
          field: "qr_image.error_correction",
          description: "no QR code of this level holds the content: choose a lower one",
        },
      ],
    });
  }
}
