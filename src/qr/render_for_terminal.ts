import { createMatrix } from "./matrix.js";

/** Quiet zone on each side, in modules, as ISO/IEC 18004 requires. */
const quietZone = 4;

// Colours 16 and 231 are fixed: black and white in every theme, unlike the first sixteen.
const blackOnWhite = "\x1b[38;5;16;48;5;231m";
const reset = "\x1b[0m";

/** Characters by the shade of their upper and lower module. */
const blocks = { light: { light: " ", dark: "▄" }, dark: { light: "▀", dark: "█" } } as const;

/**
 * Renders the content as a QR code of text for a terminal, for trying the service out. It is black on white
 * whatever the terminal's colours are, with two modules per character. Each line ends with a newline.
 *
 * @throws TicketError INVALID_REQUEST when the content does not fit into a QR code.
 */
export function renderForTerminal(content: string): string {
  // The lowest level gives the smallest code, and nothing covers a terminal.
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
