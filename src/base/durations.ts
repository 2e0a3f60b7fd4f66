/** Returns a google.protobuf.Duration in milliseconds; 0 if it is absent. */
export function millisecondsOf(
  duration: { readonly seconds: number; readonly nanos: number } | undefined,
): number {
  return duration ? Math.round(duration.seconds * 1_000 + duration.nanos / 1_000_000) : 0;
}

/** Returns milliseconds as a google.protobuf.Duration. */
export function durationOf(ms: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  return { seconds, nanos: Math.trunc((ms - seconds * 1_000) * 1_000_000) };
}
