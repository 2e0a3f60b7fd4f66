import { readFileSync } from "node:fs";
import { type DecodedText, decodeText } from "./decode_text.js";

/** Returns the text of a file in UTF-8, or a message why it cannot be read. */
export function readTextFile(file: string): DecodedText {
  try {
    return decodeText(readFileSync(file));
  } catch (error) {
    return { failure: describeReadError(error, file) };
  }
}

/** Returns why a file with this name cannot be read. */
export function describeReadError(error: unknown, file: string): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  switch (code) {
    case "ENOENT":
      return `the file does not exist${describeUnreplaced(file)}`;
    case "EACCES":
    case "EPERM":
      return `the file cannot be read (${code}): allow the user of this process to read it`;
    case "EISDIR":
      return `the file cannot be read (${code}): it is a directory`;
    default:
      return `the file cannot be read (${code})`;
  }
}

/** Returns what to write instead of a placeholder that nobody has replaced, as the end of a sentence. */
function describeUnreplaced(file: string): string {
  if (file.includes("$")) return ": variables are not replaced here, so write the whole path";
  if (!/^%[a-z]\//i.test(file)) return "";
  return ": systemd replaces %d only in Environment= of a unit, so set the variable that ends in _FILE there";
}
