import { createAdminClient } from "../../src/client/index.js";
import { holds, rejected, type Scenario, type Try } from "../scenario.js";
import { must } from "../world/attempt.js";
import type { World } from "../world/world.js";

/** Time after which every node has read the switch, in milliseconds. */
const spreadMs = 1_500;

/** The kill switch of an administrator, while an attack runs. */
export const killSwitchScenarios: readonly Scenario[] = [
  {
    threat: "T1",
    title: "QRLjacking: sign-ins go on although an administrator has disabled them",
    defence: "kill-switch",
    obstacle: ({ target }) => (target.admin === undefined ? "needs --admin" : undefined),
    async play(world) {
      const { website, victim, approve } = world;
      const [fresh, scanned, authorized] = [await website.open(), await website.open(), await website.open()];
      must("MarkScanned", await victim.scan(await website.currentCode(scanned)));
      const { exchangeTicket } = await approve(authorized);
      const tries: Try[] = [];
      await whileDisabled(world, async () => {
        const reason = "SIGN_IN_DISABLED";
        tries.push(
          rejected("create a ticket", await website.tryOpen({}), reason),
          rejected("scan", await victim.scan(await website.currentCode(fresh)), reason),
          rejected("approve", await victim.authorize(scanned.ticketId), reason),
          rejected("exchange", await website.exchange(exchangeTicket), reason),
        );
        must("Withdraw", await website.withdraw(fresh));
      });
      const exchanged = await website.exchange(exchangeTicket);
      tries.push(
        holds("the exchange once sign-ins are enabled", exchanged.reason === undefined, "works again"),
      );
      return { tries };
    },
  },
];

/** Disables the sign-ins of the app, and enables them again whatever happens. */
async function whileDisabled({ target, wait }: World, play: () => Promise<void>): Promise<void> {
  const { address, admin, app } = target;
  if (!admin) throw new Error("there is no administrator");
  const client = createAdminClient({
    address,
    ...(target.tls !== undefined && { tls: target.tls }),
    adminId: admin.id,
    adminSecret: admin.secret,
  });
  const appId = { $case: "appId", value: app.appId } as const;
  try {
    await client.disableSignIns({ target: appId, note: "attack kit" });
    try {
      await wait(spreadMs);
      await play();
    } finally {
      await client.enableSignIns({ target: appId });
      await wait(spreadMs);
    }
  } finally {
    client.close();
  }
}
