import type { Scenario } from "./scenario.js";
import { approvalScenarios } from "./scenarios/approval.js";
import { codeScenarios } from "./scenarios/codes.js";
import { contentScenarios } from "./scenarios/content.js";
import { decisionScenarios } from "./scenarios/decisions.js";
import { flawScenarios } from "./scenarios/flaws.js";
import { gatewayScenarios } from "./scenarios/gateway.js";
import { killSwitchScenarios } from "./scenarios/kill_switch.js";
import { limitScenarios } from "./scenarios/limits.js";
import { observerScenarios } from "./scenarios/observer.js";
import { relayScenarios } from "./scenarios/relay.js";

/** All scenarios, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  ...relayScenarios,
  ...codeScenarios,
  ...observerScenarios,
  ...approvalScenarios,
  ...decisionScenarios,
  ...contentScenarios,
  ...gatewayScenarios,
  ...flawScenarios,
  ...killSwitchScenarios,
  ...limitScenarios,
];
