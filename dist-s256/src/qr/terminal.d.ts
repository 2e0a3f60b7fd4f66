/**
 * The content as a QR code of text, to be written to a terminal: black on white whatever the terminal's own colours
 * are, two modules to a character, lines ended by newlines. For callers that try the service out.
 *
 * @throws Refusal INVALID_REQUEST when no QR code holds the content.
 */
export declare function drawInTerminal(content: string): string;
