/** Treatment of a field's value by the logger. "keep" says that it is no credential, not that it belongs in a log. */
type Treatment = "redact" | "keep";
/**
 * Every field of the contract that can hold text or bytes, by message. A test compares the list with the proto: a new
 * field is missing here, and the comment of each field to redact ends with "Never log it." The option `debug_redact`
 * would say the same, but protoc before 22, which Debian 12 and Ubuntu 24.04 ship, rejects files that use it.
 */
export declare const contractFields: Readonly<Record<string, Readonly<Record<string, Treatment>>>>;
/** For pino's `redact`: these names in an object, and one level deeper. */
export declare const redaction: string[];
export {};
