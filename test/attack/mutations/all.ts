import { contentMutations } from "./content.js";
import { gatewayMutations } from "./gateway.js";
import { switchMutations } from "./kill_switch.js";
import { limitMutations } from "./limits.js";
import type { Mutation } from "./mutation.js";
import { policyMutations } from "./policy.js";
import { serviceMutations } from "./service.js";

/** Every defence that is taken out. */
export const mutations: readonly Mutation[] = [
  ...serviceMutations,
  ...contentMutations,
  ...policyMutations,
  ...limitMutations,
  ...switchMutations,
  ...gatewayMutations,
];
