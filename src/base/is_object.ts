/** Returns whether a JSON value is an object: neither null nor an array. */
export function isObject<Value = unknown>(value: unknown): value is Record<string, Value> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
