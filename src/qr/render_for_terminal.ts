import { createMatrix } from "./matrix.js";

/** Modules on each side: what ISO/IEC 18004 asks for. */
const quietZone = 4;

// Numbers 16 and 231 of the fixed colours: black and white in every theme, which the first sixteen are not.
const blackOnWhite = "\x1b[38;5;16;48;5;231m";
const reset = "\x1b[0m";

/** Upper and lower module of one character, dark or light. */
const blocks = { light: { light: " ", dark: "▄" }, dark: { light: "▀", dark: "█" } } as const;

/**
 * The content as a QR code of text, to be written to a terminal: black on white whatever the terminal's own colours
 * are, two modules to a character, lines ended by newlines. For callers that try the service out.
 *
 * @throws TicketError INVALID_REQUEST when no QR code holds the content.
 */
export function renderForTerminal(content: string): string {
  // The lowest level makes the smallest code, and nothing covers a terminal.
  const matrix = createMatrix(content, "L");
  const shade = (row: number, column: number) => (matrix.isDark(row, column) ? "dark" : "light");

  let text = "";
  for (let row = -quietZone; row < matrix.size + quietZone; row += 2) {
    let line = "";
    for (let column = -quietZone; column < matrix.size + quietZone; column++) {
      line += blocks[shade(row, column)][shade(row + 1, column)];
    }
    text += `${blackOnWhite}${line}${reset}\n`;
  }
  return text;
}
