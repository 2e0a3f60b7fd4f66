/** App or user pool whose sign-ins an administrator can disable. */
export interface SignInTarget {
  readonly kind: "app" | "userPool";
  readonly id: string;
}

/** Record that the sign-ins of an app, or of all apps of a user pool, are disabled. */
export interface DisabledSignIns {
  readonly target: SignInTarget;
  /** Reason for other administrators; empty if none. */
  readonly note: string;
  /** Administrator who disabled them; empty if the record was written by hand. */
  readonly adminId: string;
  /** Wall time in milliseconds since the Unix epoch; undefined if the record was written by hand. */
  readonly disabledAt: number | undefined;
}

/** Returns the records in the order of a listing: apps before user pools, each by id. */
export function sortDisabledSignIns(records: Iterable<DisabledSignIns>): readonly DisabledSignIns[] {
  const keyOf = ({ target }: DisabledSignIns) => `${target.kind} ${target.id}`;
  return [...records].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
