/** Values that a scenario has saved, by name. */
export type Values = Map<string, unknown>;

/**
 * Replaces texts of the form `$name.field` with the value that they refer to, and `${name.field}` in the middle of a
 * text with the text that it refers to.
 *
 * @throws Error when there is no such value.
 */
export function resolveReferences<T>(input: T, values: Values): T {
  return resolve(input, values) as T;
}

function resolve(input: unknown, values: Values): unknown {
  if (typeof input === "string") {
    const [, path] = /^\$(\w+(?:\.\w+)*)$/.exec(input) ?? [];
    if (path !== undefined) return lookUp(path, values);
    return input.replace(/\$\{(\w+(?:\.\w+)*)\}/g, (_, inner: string) => String(lookUp(inner, values)));
  }
  if (Array.isArray(input)) return input.map((item) => resolve(item, values));
  if (typeof input !== "object" || input === null) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, resolve(value, values)]));
}

function lookUp(path: string, values: Values): unknown {
  const [name = "", ...keys] = path.split(".");
  let value: unknown = values.get(name);
  for (const key of keys) value = (value as Record<string, unknown> | undefined)?.[key];
  if (value === undefined) throw new Error(`there is no value $${path}`);
  return value;
}

const secretFields = new Set([
  "ticketSecret",
  "exchangeTicket",
  "qrContent",
  "codeVerifier",
  "idToken",
  "accessToken",
]);

/** Returns the texts in a message that must never be logged. */
export function secretsIn(message: unknown): string[] {
  if (typeof message !== "object" || message === null) return [];
  return Object.entries(message).flatMap(([key, value]) => {
    if (typeof value === "string") return secretFields.has(key) && value !== "" ? [value] : [];
    return secretsIn(value);
  });
}
