import { ROOT_CONTEXT, SamplingDecision } from "@opentelemetry/api";
import type * as traceSdk from "@opentelemetry/sdk-trace-node";

/** Environment variables, as the process has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Asks whether a new trace will be recorded before there is a span: the SDK's span costs several times as much as the
 * answer. The SDK then decides the same, since both decide by the id of the trace.
 */
export interface RootSampling {
  /** The source of the SDK's ids. */
  readonly ids: traceSdk.IdGenerator;
  /** Chooses the id of the next trace. Returns whether a span that begins it now is recorded. */
  isNextRecorded(): boolean;
}

export function createRootSampling(
  node: Pick<typeof traceSdk, "RandomIdGenerator" | "TraceIdRatioBasedSampler">,
  env: Environment,
): RootSampling {
  const random = new node.RandomIdGenerator();
  const sampler = new node.TraceIdRatioBasedSampler(rootRatioOf(env));
  let next: string | undefined;
  return {
    ids: {
      generateSpanId: () => random.generateSpanId(),
      generateTraceId() {
        const id = next ?? random.generateTraceId();
        next = undefined;
        return id;
      },
    },
    isNextRecorded() {
      const id = random.generateTraceId();
      const isRecorded = sampler.shouldSample(ROOT_CONTEXT, id).decision !== SamplingDecision.NOT_RECORD;
      next = isRecorded ? id : undefined;
      return isRecorded;
    },
  };
}

/** Returns the share of new traces that the SDK's sampler records, by the variables that it reads. */
function rootRatioOf({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: argument,
}: Environment): number {
  if (sampler === "always_off" || sampler === "parentbased_always_off") return 0;
  if (sampler !== "traceidratio" && sampler !== "parentbased_traceidratio") return 1;
  const ratio = Number(argument?.trim() || 1);
  // The SDK reports an argument that is no share, and records all.
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}
