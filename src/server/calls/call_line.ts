import { type Logger, symbols } from "pino";

/** Fields of the log line of a call. Undefined fields are left out. */
export interface CallLogFields {
  readonly method: string;
  readonly app: string | undefined;
  readonly pool: string | undefined;
  readonly admin: string | undefined;
  readonly code: string;
  readonly durationMs: number;
  readonly ticket: string | undefined;
  readonly reason: string | undefined;
  /** Name of the exceeded limit, for RATE_LIMITED. */
  readonly limit: string | undefined;
  /** Cause of an error that is not an internal error. */
  readonly cause: string | undefined;
  readonly requestId: string | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

/** Internals of a pino logger: the parts of a JSON text that begin each line, and its destination. */
interface PinoInternals {
  /** The beginning of a line with its level, by level. */
  readonly [symbols.lsCacheSym]: Readonly<Record<number, string>>;
  /** Returns the field `time` with the comma before it. */
  readonly [symbols.timeSym]: () => string;
  readonly [symbols.chindingsSym]: string;
  readonly [symbols.streamSym]: { write(line: string): void };
}

/**
 * Creates a function that writes the log line of a call at level info, exactly as `log.info(fields, "call")`
 * would: to the same destination, at once, with the logger's bindings, and only if its level allows it. pino
 * would look up a serializer and a redaction for every field. These fields are fixed and need neither.
 */
export function createCallLineWriter(log: Logger): (fields: CallLogFields) => void {
  const logger = log as Logger & PinoInternals;
  const start = logger[symbols.lsCacheSym][log.levels.values.info ?? 30];
  const quote = createQuoter();
  const jsonField = (name: string, value: string | undefined) =>
    value === undefined ? "" : `,"${name}":${quote(value)}`;
  return ({
    method,
    app,
    pool,
    admin,
    code,
    durationMs,
    ticket,
    reason,
    limit,
    cause,
    requestId,
    traceId,
    spanId,
  }) => {
    if (!log.isLevelEnabled("info")) return;
    logger[symbols.streamSym].write(
      `${start}${logger[symbols.timeSym]()}${logger[symbols.chindingsSym]},"method":${quote(method)}` +
        `${jsonField("app", app)}${jsonField("pool", pool)}${jsonField("admin", admin)},"code":${quote(code)},"durationMs":${durationMs}` +
        `${ticket === undefined ? "" : `,"ticket":${JSON.stringify(ticket)}`}${jsonField("reason", reason)}${jsonField("limit", limit)}` +
        `${cause === undefined ? "" : `,"cause":${JSON.stringify(cause)}`}` +
        `${requestId === undefined ? "" : `,"requestId":${JSON.stringify(requestId)}`}` +
        `${traceId === undefined ? "" : `,"traceId":${JSON.stringify(traceId)}`}` +
        `${spanId === undefined ? "" : `,"spanId":${JSON.stringify(spanId)}`},"msg":"call"}\n`,
    );
  };
}

/** Largest number of cached texts: methods, codes, reasons, apps, pools and administrators. */
const maxQuoted = 1_000;

/**
 * Creates a function that returns a text as a JSON string and caches the result. It is meant for a small set
 * of texts.
 */
function createQuoter(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const quoted = JSON.stringify(text);
    if (known.size < maxQuoted) known.set(text, quoted);
    return quoted;
  };
}
