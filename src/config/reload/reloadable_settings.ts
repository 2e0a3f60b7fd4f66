/**
 * Settings that a reload applies, each with everything in it. All others need a restart. docs/configuration.md has the
 * same list.
 */
export const reloadableSettings: readonly (readonly string[])[] = [
  ["log", "level"],
  ["policy"],
  ["userPools"],
  ["apps"],
  ["admins"],
  ["tokenIssuer"],
];
