import type { DisabledSignIns, SignInTarget } from "../domain/disabled_sign_ins.js";

/**
 * The switch that disables sign-ins of apps and user pools, as stored. `test/store/sign_in_switch_contract.ts` tests
 * every implementation against this comment.
 *
 * Every method fails with StoreUnavailableError while the back end is unreachable. The store that the switch belongs to
 * closes it.
 */
export interface SignInSwitch {
  /**
   * Returns whether sign-ins of the app or of the user pool are disabled, as this node last read it. Shows a change by
   * this node at once, and one by another node within about a second.
   *
   * @throws StoreUnavailableError when the last successful read is too old to be used.
   */
  isDisabled(appId: string, userPoolId: string): boolean;

  /** Stores the record in place of any other for its target. Repeat the call if its outcome is unknown. */
  disable(record: DisabledSignIns): Promise<void>;

  /** Deletes the record of the target. Resolves with false if there was none. */
  enable(target: SignInTarget): Promise<boolean>;

  /** Resolves with all records as stored now: apps before user pools, each by id. */
  list(): Promise<readonly DisabledSignIns[]>;
}
