import { z } from "zod";
import { rpcMethods } from "../../src/domain/rpc_methods.js";

/** A duration such as `500ms`, `15s` or `10m`, in milliseconds. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m)$/, "must be a duration such as 500ms, 15s or 10m")
  .transform((text) => {
    const units = { ms: 1, s: 1_000, m: 60_000 };
    const [, count, unit] = /^(\d+)(ms|s|m)$/.exec(text) as unknown as [string, string, keyof typeof units];
    return Number(count) * units[unit];
  });

const name = z.string().min(1);
const json = z.record(z.string(), z.unknown());
const rpc = z.enum(rpcMethods);

/** Bounds of a time: at least, at most, or both. */
const bounds = z.strictObject({ atLeast: duration.optional(), atMost: duration.optional() });

/** An expected error. What it leaves out must be absent. */
export const failureSchema = z.strictObject({
  code: z.union([z.string().regex(/^[A-Z_]+$/), z.array(z.string().regex(/^[A-Z_]+$/))]),
  reason: z.string().optional(),
  rawReason: z.string().optional(),
  currentState: z.string().optional(),
  attemptsLeft: z.number().int().optional(),
  exceededLimit: z.string().optional(),
  retryAfter: bounds.optional(),
  fields: z.array(z.string()).optional(),
  /** Compares only the code. */
  anyDetails: z.literal(true).optional(),
});

/** Expected end of a command. Without any of these, it must succeed. */
const outcome = {
  gives: json.optional(),
  fails: failureSchema.optional(),
  takes: bounds.optional(),
  as: name.optional(),
};

/** Each kind of step, by the key that names it. */
const steps = {
  call: z.strictObject({
    call: rpc,
    by: name,
    with: json.default({}),
    deadline: duration.optional(),
    times: z.number().int().min(2).optional(),
    /** With `times`: how many of the calls end like this. Together they are all of them. */
    outcomes: z
      .array(
        z.strictObject({
          count: z.number().int().min(0),
          gives: json.optional(),
          fails: failureSchema.optional(),
        }),
      )
      .optional(),
    begin: name.optional(),
    ...outcome,
  }),
  finish: z.strictObject({
    finish: name,
    ends: z.literal(true).optional(),
    /** The caller has ended it: the error CANCELLED, or the end of a watch. */
    cancelled: z.literal(true).optional(),
    ...outcome,
  }),
  watch: z.strictObject({ watch: name, by: name, with: json, raw: z.boolean().default(false) }),
  next: z.strictObject({
    next: name,
    ends: z.literal(true).optional(),
    /** Reads statuses until one is like this. Their revisions must not fall. */
    until: json.optional(),
    begin: name.optional(),
    ...outcome,
  }),
  cancel: z.strictObject({ cancel: name }),
  close: z.strictObject({ close: name }),
  open: z.strictObject({
    open: name,
    app: z.strictObject({ id: z.string(), secret: z.string() }).optional(),
    token: z.string().optional(),
    deadline: duration.optional(),
    /** The certificate of a service with TLS by default; one that it does not have; or none: plain text. */
    trusts: z.enum(["the service", "a foreign certificate", "plain text"]).default("the service"),
    fails: failureSchema.optional(),
  }),
  pkce: z.strictObject({ pkce: z.string().nullable(), ...outcome }),
  derive: z.strictObject({
    derive: z.enum(["exchange ticket", "wrong check code", "other secret"]),
    from: z.unknown(),
    as: name,
  }),
  set: z.strictObject({ set: name, to: z.unknown() }),
  requests: z.strictObject({ requests: rpc, count: z.number().int().min(0), spread: bounds.optional() }),
  clock: z.strictObject({ clock: duration }),
  network: z.strictObject({
    network: z.enum(["cut", "refuse", "hold", "hold responses", "restore"]),
  }),
  server: z.strictObject({ server: z.enum(["stop", "kill", "start"]) }),
  store: z.strictObject({
    store: z.enum([
      ...[
        "away",
        "fails once",
        "loses the outcome of one write",
        "loses every race",
        "broken",
        "slow",
        "restore",
      ],
    ] as const),
  }),
  issuer: z.strictObject({ issuer: z.enum(["away", "restore"]) }),
  signIns: z.strictObject({ signIns: z.enum(["disabled", "enabled"]), app: name }),
  peer: z.strictObject({ peer: z.literal("reset") }),
  play: z.strictObject({ play: name }),
} as const;

type StepKind = keyof typeof steps;

/** A step, with the key that names its kind. */
export type Step = { [Kind in StepKind]: z.output<(typeof steps)[Kind]> & { readonly kind: Kind } }[StepKind];
export type StepOf<Kind extends StepKind> = Extract<Step, { kind: Kind }>;
export type Failure = z.output<typeof failureSchema>;
export type Bounds = z.output<typeof bounds>;

const stepKinds = Object.keys(steps) as StepKind[];

/** Finds the kind first, so that a mistake is reported for this kind and not for all of them. */
const stepSchema = z.unknown().transform((value, context): Step => {
  const kind = stepKinds.find((key) => typeof value === "object" && value !== null && key in value);
  if (kind === undefined) {
    context.addIssue({ code: "custom", message: `must have one of these keys: ${stepKinds.join(", ")}` });
    return z.NEVER;
  }
  const result = steps[kind].safeParse(value);
  if (result.success) return { ...result.data, kind } as Step;
  for (const { path, message } of result.error.issues) context.addIssue({ code: "custom", path, message });
  return z.NEVER;
});

const stepList = z.array(stepSchema);

/** A response of the peer that plays the service. */
const peerResponse = z.strictObject({
  gives: json.optional(),
  fails: z
    .strictObject({
      code: z.string(),
      reason: z.string().optional(),
      domain: z.string().optional(),
      currentState: z.string().optional(),
      attemptsLeft: z.string().optional(),
      retryAfter: duration.optional(),
      /** Bytes in hexadecimal in place of the trailer `grpc-status-details-bin`. */
      details: z
        .string()
        .regex(/^([0-9a-f]{2})*$/)
        .optional(),
    })
    .optional(),
  /** Statuses of a watch, sent before its end. */
  statuses: z.array(json).optional(),
  ends: z.enum(["OK", "reset", "never"]).optional(),
});

const peer = z.partialRecord(rpc, z.array(peerResponse).min(1));

const scenario = z.strictObject({
  name: z.string().min(1),
  about: z.string().min(1),
  /** Changes to the usual configuration of the service. */
  service: json.default({}),
  tls: z.boolean().default(false),
  /** Responses of a peer that takes the place of the service, by RPC. The last one is repeated. */
  peer: peer.optional(),
  steps: stepList.min(1),
});

/** A table of all calls in all states. Each cell is a scenario. */
const table = z.strictObject({
  about: z.string().min(1),
  service: json.default({}),
  /** The rows: steps that bring a ticket into a state. `is` names the state as errors do. */
  states: z.record(
    z.string(),
    z.strictObject({ is: z.string(), service: json.default({}), steps: stepList }),
  ),
  /** The columns: steps of which the last one ends as its cell says. */
  calls: z.record(z.string(), z.array(z.unknown()).min(1)),
  /** Outcomes that several cells share. `$state` and `$ticketState` are the state of the row. */
  outcomes: z.record(z.string(), json).default({}),
  /** Outcomes, by call and state. */
  cells: z.record(z.string(), z.record(z.string(), z.union([z.string(), json]))),
});

/** The content of a file of scenarios. */
export const fileSchema = z.strictObject({
  fragments: z.record(z.string(), stepList).default({}),
  scenarios: z.array(scenario).default([]),
  table: table.optional(),
});

export const stepListSchema = stepList;
export type Scenario = z.output<typeof scenario>;
export type PeerResponses = z.output<typeof peer>;
export type ScenarioFile = z.output<typeof fileSchema>;

/** The known gaps of the clients. */
export const knownGapsSchema = z.array(z.strictObject({ language: name, scenario: name, why: name }));
export type KnownGap = z.output<typeof knownGapsSchema>[number];
