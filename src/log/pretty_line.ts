import { pino } from "pino";

/** Options of the printer. */
export interface PrettyOptions {
  /** Colours the level, and prints the fields less bright than the message. */
  readonly hasColors: boolean;
}

/** ANSI codes of the levels from info on. Lower levels are printed like the fields. */
const levelColors: Readonly<Record<string, number>> = { info: 32, warn: 33, error: 31, fatal: 31 };

/** ANSI code of text that is less bright. */
const dim = 2;

/** Width of the longest name of a level. */
const levelWidth = 5;

/**
 * Characters that are not printed as they are: control characters, with which a terminal could be steered, and
 * those that break lines or reverse the direction of text.
 */
const unsafeCharacters = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Creates a function that turns a JSON line of the log into text for a terminal: local time, level, message, then the
 * other fields. The stack of an error follows on lines of its own. Leaves out process id and host.
 */
export function createPrettyPrinter({ hasColors }: PrettyOptions): (line: string) => string {
  const paint = (code: number | undefined, text: string) =>
    hasColors && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  return (line) => {
    const { level, time, msg, err, pid: _, hostname: __, ...fields } = JSON.parse(line);
    const name = typeof level === "number" ? (pino.levels.labels[level] ?? String(level)) : level;
    const texts = Object.entries(fields).map(([field, value]) => `${field}=${printValue(value)}`);
    const start = [
      paint(dim, localTimeOf(time)),
      paint(levelColors[name] ?? dim, name.toUpperCase().padEnd(levelWidth)),
      printable(msg ?? ""),
    ].join(" ");
    const end = texts.length > 0 ? `  ${paint(dim, texts.join(" "))}` : "";
    return `${start}${end}\n${err === undefined ? "" : printError(err)}`;
  };
}

/** Returns the time of day with milliseconds. */
function localTimeOf(time: string | number): string {
  const date = new Date(time);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Returns a value as JSON, or a text without quotation marks where it needs none. */
function printValue(value: unknown): string {
  if (typeof value === "string" && /^[\w.:/@+-]+$/.test(value)) return value;
  return printable(JSON.stringify(value));
}

/** Returns the lines of an error, indented. Serialized by a framework, it can also be a text. */
function printError(err: unknown): string {
  const { stack = undefined, message = undefined } =
    typeof err === "object" && err !== null ? (err as { stack?: unknown; message?: unknown }) : {};
  const text = typeof err === "string" ? err : String(stack ?? message ?? JSON.stringify(err));
  return text
    .split("\n")
    .map((line) => `    ${printable(line)}\n`)
    .join("");
}

/** Returns the text with escape sequences in place of characters that a terminal would act on. */
function printable(text: string): string {
  return text.replace(
    unsafeCharacters,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
