import { readFileSync } from "node:fs";
import { type DecodedText, decodeText } from "./decode_text.js";

/** Returns the text of a file in UTF-8, or a message why it cannot be read. */
export function readTextFile(file: string): DecodedText {
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    return { failure: describeReadError(error) };
  }
}

/** Returns why a file cannot be read. */
export function describeReadError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  switch (code) {
    case "ENOENT":
      return "the file does not exist";
    case "EACCES":
    case "EPERM":
      return `the file cannot be read (${code}): allow the user of this process to read it`;
    case "EISDIR":
      return `the file cannot be read (${code}): it is a directory`;
    default:
      return `the file cannot be read (${code})`;
  }
}
