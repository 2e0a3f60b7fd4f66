import { type Logger, symbols } from "pino";

/** Fields of the line of a call. Texts that are undefined are left out. */
export interface CallLogFields {
  readonly method: string;
  readonly app: string | undefined;
  readonly pool: string | undefined;
  readonly code: string;
  readonly durationMs: number;
  readonly ticket: string | undefined;
  readonly reason: string | undefined;
  /** Cause of a refusal that is no fault of the service. */
  readonly cause: string | undefined;
}

/** The parts that a logger of pino keeps under its symbols: its bindings as the middle of a JSON text, and its destination. */
interface PinoInternals {
  readonly [symbols.chindingsSym]: string;
  readonly [symbols.streamSym]: { write(line: string): void };
}

/**
 * Creates a function that writes the line of a call at level info, as `log.info(fields, "call")` would: to the same destination, at
 * once, with the bindings of the logger, and only while its level allows it. It takes a third of the logger's time, which
 * looks up a serializer and a redaction for every field. These fields are fixed and none of them needs either.
 */
export function createCallLineWriter(log: Logger): (fields: CallLogFields) => void {
  const logger = log as Logger & PinoInternals;
  const start = `{"level":${log.levels.values.info},"time":`;
  const quoted = createQuoter();
  const jsonField = (name: string, value: string | undefined) =>
    value === undefined ? "" : `,"${name}":${quoted(value)}`;
  return ({ method, app, pool, code, durationMs, ticket, reason, cause }) => {
    if (!log.isLevelEnabled("info")) return;
    logger[symbols.streamSym].write(
      `${start}${Date.now()}${logger[symbols.chindingsSym]},"method":${quoted(method)}` +
        `${jsonField("app", app)}${jsonField("pool", pool)},"code":${quoted(code)},"durationMs":${durationMs}` +
        `${ticket === undefined ? "" : `,"ticket":${JSON.stringify(ticket)}`}${jsonField("reason", reason)}` +
        `${cause === undefined ? "" : `,"cause":${JSON.stringify(cause)}`},"msg":"call"}\n`,
    );
  };
}

/** Most texts that are kept: methods, codes, reasons, apps and pools. */
const maxQuoted = 1_000;

/** Returns a function that writes a text as JSON and remembers it. For texts of which there are few. */
function createQuoter(): (jsonField: string) => string {
  const known = new Map<string, string>();
  return (jsonField) => {
    const found = known.get(jsonField);
    if (found !== undefined) return found;
    const quoted = JSON.stringify(jsonField);
    if (known.size < maxQuoted) known.set(jsonField, quoted);
    return quoted;
  };
}
