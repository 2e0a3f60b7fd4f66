import type { Policy } from "../../domain/policy.js";

/** Policy with the values that one level of the configuration sets. `resolvePolicy` merges the levels. */
export type PolicyConfig = {
  readonly [Section in keyof Policy]: {
    readonly [Key in keyof Policy[Section]]?: Policy[Section][Key] | undefined;
  };
};

/** Policy that sets no value. */
export const noPolicy: PolicyConfig = { checkCode: {}, qrRotation: {}, limits: {} };
