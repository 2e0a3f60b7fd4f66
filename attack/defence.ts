/**
 * The defence that a scenario attacks. The contract always promises `core`. The policy of the app decides on the
 * others. Nothing is promised against a scenario with `none`: it shows what remains possible.
 */
export type Defence = "core" | PolicyDefence | "none";

/** Defences that a policy or the operator switches on. */
export const policyDefences = ["check-code", "rotation", "limits", "kill-switch"] as const;

export type PolicyDefence = (typeof policyDefences)[number];
