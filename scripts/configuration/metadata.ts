import * as z from "zod";

/** Properties of a schema that its reference needs. */
export interface Metadata {
  readonly description?: string;
  /** Allowed values, in words. */
  readonly limits?: string;
  /** Default that follows from other values, in words. */
  readonly preset?: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  /** True for a list that needs an entry. */
  readonly isNotEmpty?: boolean;
}

/** Returns what the schema says about itself; where it is wrapped, the outermost statement wins. */
export function metadataOf(schema: z.core.$ZodType): Metadata {
  const { description, limits, preset } = z.globalRegistry.get(schema) ?? {};
  return {
    ...innerMetadataOf(schema as z.core.$ZodTypes),
    ...(description !== undefined && { description }),
    ...(typeof limits === "string" && { limits }),
    ...(typeof preset === "string" && { preset }),
  };
}

function limitOf<Name extends "min" | "max">(
  checks: readonly z.core.$ZodCheck<never>[] = [],
  kind: string,
  name: Name,
): { readonly [K in Name]?: number } {
  const found = checks
    .map((check) => check._zod.def as { check: string; value?: unknown })
    .findLast((def) => def.check === kind);
  return typeof found?.value === "number" ? ({ [name]: found.value } as { [K in Name]: number }) : {};
}

function innerMetadataOf({ _zod: { def } }: z.core.$ZodTypes): Metadata {
  switch (def.type) {
    case "default":
    case "prefault":
    case "optional":
      return metadataOf(def.innerType);
    case "pipe":
      return metadataOf((def.in as z.core.$ZodTypes)._zod.def.type === "transform" ? def.out : def.in);
    case "enum":
      return { values: Object.values(def.entries).map(String) };
    case "number":
      return { ...limitOf(def.checks, "greater_than", "min"), ...limitOf(def.checks, "less_than", "max") };
    case "array":
      return { isNotEmpty: (def.checks ?? []).some((check) => check._zod.def.check === "min_length") };
    default:
      return {};
  }
}
