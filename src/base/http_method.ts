/** Methods that are reported by name, as in OpenTelemetry's semantic conventions. */
const knownMethods = new Set(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]);

/** Name of every other method in metrics and traces: a stranger can send any. */
export const otherMethod = "_OTHER";

/** Returns the method, or {@link otherMethod} if it is none of those that are reported by name. */
export function reportedMethod(method: string): string {
  return knownMethods.has(method) ? method : otherMethod;
}
