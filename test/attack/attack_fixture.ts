import { attack } from "../../attack/attack.js";
import type { AttackOptions } from "../../attack/command_line.js";
import type { PolicyDefence } from "../../attack/defence.js";
import type { Report } from "../../attack/report.js";
import type { Scenario } from "../../attack/scenario.js";
import { scenarios as allScenarios } from "../../attack/scenarios.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { isTerminal, type Ticket } from "../../src/domain/ticket.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { createManualClock, flushPromises } from "../support/clock.js";
import { startTestGateway } from "../support/gateway.js";
import { appSecrets, startTestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import type { Build } from "./mutated_build.js";

const adminSecret = "secret-of-the-administrator";

const tokens = [signToken("alice"), signToken("bob")] as const;

/** Policies of the target, by the defences that they switch on. */
export const policies = {
  off: {},
  "check-code": { checkCode: { mode: "always" } },
  rotation: { qrRotation: { interval: "10s" } },
  both: { checkCode: { mode: "always" }, qrRotation: { interval: "10s" } },
} as const;

export type PolicyName = keyof typeof policies;

/** Defences that each policy switches on. */
const expectedOf: Readonly<Record<PolicyName, readonly PolicyDefence[]>> = {
  off: ["limits"],
  "check-code": ["check-code", "limits"],
  rotation: ["rotation", "limits"],
  both: ["check-code", "rotation", "limits"],
};

/** A target and what is expected of it. */
export interface AttackedTarget {
  readonly policy?: PolicyName;
  readonly build?: Build;
  readonly scenarios?: readonly Scenario[];
  /** Makes reads of the store take time, as those over a network do. */
  readonly slowReads?: boolean;
}

/**
 * Starts a service and a gateway, attacks them, and stops them. Time passes for the target while the attacker waits.
 * Throws if the attack leaves a ticket that is not finished.
 */
export async function attackTestTarget({
  policy = "off",
  build,
  scenarios = allScenarios,
  slowReads = false,
}: AttackedTarget): Promise<Report> {
  const clock = createManualClock(Date.now());
  const written = new Map<string, Ticket>();
  const server = await startTestServer({
    clock,
    settings: {
      policy: policies[policy],
      tickets: { minPollInterval: "500ms" },
      admins: [{ id: "ops", secretSha256: [sha256Hex(adminSecret)] }],
    },
    store: (embedded) => recordWrites(embedded, written, slowReads),
    ...(build && { build }),
  });
  const gateway = await startTestGateway(server.address, { clock, ...(build && { build }) });
  const options: AttackOptions = {
    target: server.address,
    gateway: gateway.url,
    tls: undefined,
    app: { appId: "shop", appSecret: appSecrets.shop },
    otherApp: { appId: "intranet", appSecret: appSecrets.intranet },
    admin: { appId: "ops", appSecret: adminSecret },
    token: await tokens[0],
    otherToken: await tokens[1],
    expected: new Set(expectedOf[policy]),
    json: false,
  };
  try {
    const report = await attack(options, { wait: async (ms) => clock.advance(ms), scenarios });
    const left = [...written.values()].filter(({ state }) => !isTerminal(state));
    if (left.length > 0) throw new Error(`the attack left ${left.length} tickets`);
    return report;
  } finally {
    await gateway.stop();
    await server.stop();
  }
}

/** Records the last write of each ticket. */
function recordWrites(store: TicketStore, written: Map<string, Ticket>, slowReads: boolean): TicketStore {
  return {
    ...store,
    create(ticket) {
      written.set(ticket.id, ticket);
      return store.create(ticket);
    },
    async get(id) {
      const ticket = await store.get(id);
      if (slowReads) await flushPromises();
      return ticket;
    },
    async replace(ticket, expectedWriteId) {
      const isWritten = await store.replace(ticket, expectedWriteId);
      if (isWritten) written.set(ticket.id, ticket);
      return isWritten;
    },
  };
}

/** Resolves with every secret that the kit is given. */
export async function secretsOfTheAttack(): Promise<readonly string[]> {
  return [appSecrets.shop, appSecrets.intranet, adminSecret, ...(await Promise.all(tokens))];
}
