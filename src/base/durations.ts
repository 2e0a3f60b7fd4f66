/** A duration of the proto, in milliseconds. */
export function millisecondsOf(
  duration: { readonly seconds: number; readonly nanos: number } | undefined,
): number {
  return duration ? Math.round(duration.seconds * 1_000 + duration.nanos / 1_000_000) : 0;
}

/** Milliseconds, as a duration of the proto. */
export function durationOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.trunc((ms - seconds * 1_000) * 1_000_000) };
}
