import { createMemorySignInSwitch } from "../../../src/store/memory/sign_in_switch.js";
import { describeSignInSwitch } from "../sign_in_switch_contract.js";

describeSignInSwitch("in memory", async () => createMemorySignInSwitch());
