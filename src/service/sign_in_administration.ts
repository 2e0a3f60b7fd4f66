import type { Clock } from "../base/clock.js";
import type { DisabledSignIns, SignInTarget } from "../domain/disabled_sign_ins.js";
import { TicketError } from "../domain/ticket_error.js";
import type { SignInSwitch } from "../store/sign_in_switch.js";
import { convertStoreError, translateStoreErrors } from "./apply_command.js";
import type { SignInCheck } from "./tickets.js";

/** Returns the check of the switch. It costs a look-up and reads nothing. */
export function createSignInCheck(signInSwitch: SignInSwitch): SignInCheck {
  return (appId, userPoolId) => {
    let isDisabled: boolean;
    try {
      isDisabled = signInSwitch.isDisabled(appId, userPoolId);
    } catch (error) {
      throw convertStoreError(error);
    }
    if (isDisabled) throw new TicketError("SIGN_IN_DISABLED");
  };
}

export type SignInAdministration = ReturnType<typeof createSignInAdministration>;

/**
 * Creates the use cases of an administrator. Each rejects with a TicketError STORE_UNAVAILABLE while the store is
 * unreachable; a change may then have been made.
 */
export function createSignInAdministration(signInSwitch: SignInSwitch, clock: Clock) {
  return {
    /** Disables sign-ins of the target. Resolves with the record that is stored. */
    async disable(adminId: string, target: SignInTarget, note: string): Promise<DisabledSignIns> {
      const record = { target, note, adminId, disabledAt: clock.wallNow() };
      await translateStoreErrors(() => signInSwitch.disable(record));
      return record;
    },

    /** Enables sign-ins of the target. Resolves with false if they were not disabled. */
    enable: (target: SignInTarget): Promise<boolean> =>
      translateStoreErrors(() => signInSwitch.enable(target)),

    /** Resolves with all records: apps before user pools, each by id. */
    list: (): Promise<readonly DisabledSignIns[]> => translateStoreErrors(() => signInSwitch.list()),
  };
}
