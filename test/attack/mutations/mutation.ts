import type { PolicyName } from "../attack_fixture.js";
import type { Change } from "../mutated_build.js";

/** A defence that is taken out, and the threat by whose name the kit must fail. */
export interface Mutation {
  readonly defence: string;
  readonly threat: string;
  /** Part of the title of the scenario that fails. */
  readonly title: string;
  readonly policy?: PolicyName;
  /** Makes reads of the store take time, as those over a network do. */
  readonly slowReads?: boolean;
  readonly changes: readonly Change[];
}

/** Creates a change to a file under `src`. */
export const change = (file: string, original: string, replacement: string): Change => ({
  file,
  original,
  replacement,
});
