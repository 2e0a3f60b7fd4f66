import { symbols } from "pino";
/**
 * Creates a function that writes the line of a call at level info, as `log.info(fields, "call")` would: to the same destination, at
 * once, with the bindings of the logger, and only while its level allows it. It takes a third of the logger's time, which
 * looks up a serializer and a redaction for every field. These fields are fixed and none of them needs either.
 */
export function createCallLineWriter(log) {
    const logger = log;
    const start = `{"level":${log.levels.values.info},"time":`;
    const quoted = createQuoter();
    const text = (name, value) => value === undefined ? "" : `,"${name}":${quoted(value)}`;
    return ({ method, app, pool, code, durationMs, ticket, reason, why }) => {
        if (!log.isLevelEnabled("info"))
            return;
        logger[symbols.streamSym].write(`${start}${Date.now()}${logger[symbols.chindingsSym]},"method":${quoted(method)}` +
            `${text("app", app)}${text("pool", pool)},"code":${quoted(code)},"durationMs":${durationMs}` +
            `${ticket === undefined ? "" : `,"ticket":${JSON.stringify(ticket)}`}${text("reason", reason)}` +
            `${why === undefined ? "" : `,"why":${JSON.stringify(why)}`},"msg":"call"}\n`);
    };
}
/** Most texts that are kept: methods, codes, reasons, apps and pools. */
const maxQuoted = 1_000;
/** Returns a function that writes a text as JSON and remembers it. For texts of which there are few. */
function createQuoter() {
    const known = new Map();
    return (text) => {
        const found = known.get(text);
        if (found !== undefined)
            return found;
        const quoted = JSON.stringify(text);
        if (known.size < maxQuoted)
            known.set(text, quoted);
        return quoted;
    };
}
