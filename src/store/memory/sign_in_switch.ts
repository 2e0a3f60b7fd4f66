import {
  type DisabledSignIns,
  type SignInTarget,
  sortDisabledSignIns,
} from "../../domain/disabled_sign_ins.js";
import type { SignInSwitch } from "../sign_in_switch.js";

/** Creates a switch in the memory of this process. A restart enables all sign-ins. */
export function createMemorySignInSwitch(): SignInSwitch {
  const records = new Map<string, DisabledSignIns>();
  const keyOf = ({ kind, id }: SignInTarget) => `${kind}:${id}`;
  return {
    isDisabled(appId, userPoolId) {
      if (records.size === 0) return false;
      return (
        records.has(keyOf({ kind: "app", id: appId })) ||
        records.has(keyOf({ kind: "userPool", id: userPoolId }))
      );
    },
    async disable(record) {
      records.set(keyOf(record.target), record);
    },
    enable: async (target) => records.delete(keyOf(target)),
    list: async () => sortDisabledSignIns(records.values()),
  };
}
