import { create } from "qrcode";
import { TicketError } from "../domain/ticket_error.js";

/**
 * Error correction level of ISO/IEC 18004, from about 7 % (L) to about 30 % (H) of the code that may be
 * damaged.
 */
export type ErrorCorrection = "L" | "M" | "Q" | "H";

/** Modules of a QR code, without a quiet zone. */
export interface Matrix {
  /** Modules per side: 21 to 177. */
  readonly size: number;
  /** Returns whether the module is dark. Modules outside the code are light. */
  isDark(row: number, column: number): boolean;
}

/**
 * Creates the QR code of `content`, in UTF-8.
 *
 * @throws TicketError INVALID_REQUEST for `qr_image.error_correction` when the content does not fit into a
 * code of that level.
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
    // A single byte segment: qrcode's search for a shorter mix of modes takes time and does not shorten our JSON.
    const segment = { mode: "byte" as const, data: Buffer.from(content, "utf8") };
    return create([segment], { errorCorrectionLevel: errorCorrection }).modules;
  } catch (error) {
    // qrcode identifies this error only by its message, which a test checks.
    if (!(error instanceof Error && error.message.startsWith("The amount of data is too big"))) throw error;
    throw new TicketError("INVALID_REQUEST", "the QR content does not fit into a QR code", {
      fieldViolations: [
        {
          field: "qr_image.error_correction",
          description: "the content does not fit into a QR code of this level: choose a lower one",
        },
      ],
    });
  }
}
