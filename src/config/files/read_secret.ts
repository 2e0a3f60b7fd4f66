import { readFileSync, statSync } from "node:fs";
import { type DecodedText, decodeText } from "./decode_text.js";
import { describeReadError } from "./read_file.js";

/** Lines of a file with a secret, or a message why it cannot be used. The message contains nothing of the content. */
export type SecretLines = { readonly lines: readonly string[] } | { readonly failure: string };

/** Largest file that is read, in bytes. */
const maxBytes = 65_536;

/**
 * Reads a file with a secret text. The line break at the end does not count: most programs that write a file append
 * one.
 */
export function readSecretText(file: string): { readonly text: string } | { readonly failure: string } {
  const read = readRegularFile(file);
  if ("failure" in read) return read;
  const text = read.content.replace(/\r?\n$/, "");
  return text.trim() === "" ? { failure: "the file is empty" } : { text };
}

/** Reads a file with secrets, one on each line. */
export function readSecretLines(file: string): SecretLines {
  const read = readSecretText(file);
  if ("failure" in read) return read;
  const lines = read.text.split(/\r?\n/);
  const index = lines.findIndex((line) => line.trim() !== line || line === "");
  if (index < 0) return { lines };
  const place = lines.length === 1 ? "the text" : `line ${index + 1}`;
  return { failure: `${place} is empty, or begins or ends with white space` };
}

/** Reads a file with one secret, on one line. */
export function readSecretLine(file: string): { readonly line: string } | { readonly failure: string } {
  const read = readSecretLines(file);
  if ("failure" in read) return read;
  const [line = "", ...others] = read.lines;
  return others.length === 0
    ? { line }
    : { failure: `the file has ${read.lines.length} lines instead of one` };
}

function readRegularFile(file: string): DecodedText {
  try {
    const status = statSync(file);
    if (status.isDirectory()) return { failure: "this is a directory: name a file in it" };
    // A pipe could be read only once, and might be empty for ever.
    if (!status.isFile()) return { failure: "this is not a regular file" };
    if (status.size > maxBytes) return { failure: `the file is larger than ${maxBytes / 1024} KiB` };
    return decodeText(readFileSync(file));
  } catch (error) {
    return { failure: describeReadError(error, file) };
  }
}

/** Returns a warning if others on this machine can use a file with a secret; undefined if not. */
export function describeOpenMode(file: string): string | undefined {
  try {
    const { mode } = statSync(file);
    if ((mode & 0o022) !== 0) return `others can change ${file}: chmod 600`;
    return (mode & 0o004) === 0 ? undefined : `every user of this machine can read ${file}: chmod 600`;
  } catch {
    // Loading the configuration reports that the file cannot be read.
    return undefined;
  }
}
