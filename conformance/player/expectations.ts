import type { Bounds, Failure } from "./schema.js";

/** An error as a runner describes it. */
export interface RunnerError {
  readonly code?: unknown;
  readonly reason?: unknown;
  readonly rawReason?: unknown;
  readonly message?: unknown;
  readonly currentState?: unknown;
  readonly attemptsLeft?: unknown;
  readonly exceededLimit?: unknown;
  readonly retryAfterMs?: unknown;
  readonly fieldViolations?: unknown;
}

/** Returns the differences between a message and what is expected of it. Further fields of the message are allowed. */
export function compareMessage(expected: unknown, actual: unknown, path = ""): string[] {
  const here = path === "" ? "the message" : path;
  if (isMatcher(expected))
    return expected.matches(actual) ? [] : [`${here} is ${show(actual)}, not ${expected.text}`];
  if (Array.isArray(expected)) {
    const items = Array.isArray(actual) ? actual : [];
    if (items.length !== expected.length)
      return [`${here} has ${items.length} entries, not ${expected.length}`];
    return expected.flatMap((item, index) => compareMessage(item, items[index], `${path}[${index}]`));
  }
  if (typeof expected === "object" && expected !== null) {
    const matcher = toMatcher(expected as Record<string, unknown>);
    if (matcher) return compareMessage(matcher, actual, path);
    const fields = typeof actual === "object" && actual !== null ? (actual as Record<string, unknown>) : {};
    return Object.entries(expected).flatMap(([key, value]) =>
      compareMessage(value, fields[key], path === "" ? key : `${path}.${key}`),
    );
  }
  if (expected === actual || (actual === undefined && isDefault(expected))) return [];
  return [`${here} is ${show(actual)}, not ${show(expected)}`];
}

/** Returns the differences between an error and the expected one. */
export function compareFailure(expected: Failure, actual: RunnerError): string[] {
  const codes = [expected.code].flat();
  const wrongCode = codes.includes(String(actual.code))
    ? []
    : [`code is ${show(actual.code)}, not ${codes.join(" or ")}`];
  const noMessage = typeof actual.message === "string" ? [] : ["message is missing"];
  return [...wrongCode, ...noMessage, ...(expected.anyDetails ? [] : compareDetails(expected, actual))];
}

function compareDetails(expected: Failure, actual: RunnerError): string[] {
  const fields = Array.isArray(actual.fieldViolations)
    ? actual.fieldViolations.map((violation: { field?: unknown }) => String(violation?.field)).sort()
    : [];
  const differences = [
    same("reason", expected.reason, actual.reason),
    // A reason that the client knows is also the one that was sent.
    same("rawReason", expected.rawReason ?? expected.reason, actual.rawReason),
    same("currentState", expected.currentState, actual.currentState),
    same("attemptsLeft", expected.attemptsLeft, actual.attemptsLeft),
    same("exceededLimit", expected.exceededLimit, actual.exceededLimit),
    same(
      "fields",
      [...(expected.fields ?? [])].sort().join(", ") || undefined,
      fields.join(", ") || undefined,
    ),
  ].flat();
  if (!expected.retryAfter) return [...differences, ...same("retryAfterMs", undefined, actual.retryAfterMs)];
  if (typeof actual.retryAfterMs !== "number") return [...differences, "retryAfterMs is missing"];
  return [...differences, ...compareBounds("retryAfterMs", expected.retryAfter, actual.retryAfterMs)];
}

/** Returns the difference between a time in milliseconds and its bounds. */
export function compareBounds(
  what: string,
  { atLeast = 0, atMost = Infinity }: Bounds,
  ms: number,
): string[] {
  if (ms < atLeast) return [`${what} is ${Math.round(ms)} ms, less than ${atLeast} ms`];
  if (ms > atMost) return [`${what} is ${Math.round(ms)} ms, more than ${atMost} ms`];
  return [];
}

/** Returns a text for people, shortened. */
export function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function same(what: string, expected: unknown, actual: unknown): string[] {
  return expected === actual ? [] : [`${what} is ${show(actual)}, not ${show(expected)}`];
}

interface Matcher {
  readonly text: string;
  matches(value: unknown): boolean;
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === "object" && value !== null && typeof (value as Matcher).matches === "function";
}

/** Returns the matcher of an object with one key that begins with a dollar sign. */
function toMatcher(expected: Record<string, unknown>): Matcher | undefined {
  const [[key, argument] = [], ...rest] = Object.entries(expected);
  if (!key?.startsWith("$") || rest.length > 0) return undefined;
  switch (key) {
    case "$matches": {
      const pattern = new RegExp(String(argument));
      return { text: String(pattern), matches: (value) => typeof value === "string" && pattern.test(value) };
    }
    case "$present":
      return {
        text: argument ? "present" : "absent",
        matches: (value) => (value !== undefined && value !== "" && value !== null) === argument,
      };
    case "$seconds": {
      const [low, high] = argument as [number, number];
      return {
        text: `from ${low} to ${high} seconds`,
        matches: (value) => {
          const seconds = Number(/^(-?[\d.]+)s$/.exec(String(value))?.[1] ?? Number.NaN);
          return seconds >= low && seconds <= high;
        },
      };
    }
    case "$sameAs": {
      const withoutDuration = (value: unknown) =>
        JSON.stringify(value, (field, inner) => (field === "remainingDuration" ? undefined : inner));
      return {
        text: `the same as ${show(argument)}`,
        matches: (value) => withoutDuration(value) === withoutDuration(argument),
      };
    }
    case "$not":
      return { text: "something else", matches: (value) => value !== argument };
    case "$above":
      return { text: `above ${argument}`, matches: (value) => Number(value) > Number(argument) };
    default:
      throw new Error(`unknown matcher ${key}`);
  }
}

/** Reports whether ProtoJSON may leave out a field with this value. */
function isDefault(value: unknown): boolean {
  return (
    value === 0 ||
    value === "" ||
    value === false ||
    (typeof value === "string" && value.endsWith("_UNSPECIFIED"))
  );
}
