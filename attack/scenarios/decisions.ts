import { codeChallengeOf, createCodeVerifier } from "../../src/client/index.js";
import { holds, rejected, type Scenario, type Try } from "../scenario.js";
import { type Attempt, must } from "../world/attempt.js";
import { type Screen, stateNameOf } from "../world/website.js";
import type { World } from "../world/world.js";

/** Number of callers that try the same thing at the same time. */
const crowd = 10;

/** Threats by repetition: decisions and exchanges that are made twice, late, or by somebody else. */
export const decisionScenarios: readonly Scenario[] = [
  {
    threat: "T7",
    title: "Replay of a decision: a decision is repeated or turned round",
    defence: "core",
    async play({ website, victim, approve }) {
      const screen = await website.open();
      const { exchangeTicket } = await approve(screen);
      const before = must("WatchStatus", await website.status(screen));
      const tries = [
        rejected(
          "cancel after the approval",
          await victim.cancel(screen.ticketId),
          "TICKET_ALREADY_AUTHORIZED",
        ),
      ];
      must("Authorize", await victim.authorize(screen.ticketId));
      const after = must("WatchStatus", await website.status(screen));
      tries.push(holds("approve again", after.revision === before.revision, "changes nothing"));
      must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      return { tries };
    },
  },
  {
    threat: "T8",
    title: "Resurrection: a late call revives a finished ticket",
    defence: "core",
    async play(world) {
      const { website, victim } = world;
      // One per run: a target has a limit on the codes that a user may decline.
      const cancelled = await website.open();
      must("MarkScanned", await victim.scan(cancelled.qrContent));
      must("Cancel", await victim.cancel(cancelled.ticketId));
      const withdrawn = await website.open();
      must("MarkScanned", await victim.scan(withdrawn.qrContent));
      must("Withdraw", await website.withdraw(withdrawn));
      const exchanged = await website.open();
      const { exchangeTicket } = await world.approve(exchanged);
      must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      return {
        tries: [
          ...(await revive(world, "a declined ticket", cancelled, "TICKET_CANCELLED")),
          ...(await revive(world, "a withdrawn ticket", withdrawn, "TICKET_CANCELLED")),
          ...(await revive(world, "an exchanged ticket", exchanged, "TICKET_ALREADY_EXCHANGED")),
        ],
      };
    },
  },
  {
    threat: "T9",
    title: "Double exchange: several callers spend one exchange ticket at the same time",
    defence: "core",
    async play({ website, approve }) {
      const { exchangeTicket } = await approve(await website.open());
      const all = await Promise.all(Array.from({ length: crowd }, () => website.exchange(exchangeTicket)));
      const winners = all.filter(({ reason }) => reason === undefined).length;
      const losers = countOf(all, "TICKET_ALREADY_EXCHANGED", "CONCURRENT_UPDATE");
      return {
        tries: [
          holds(`${crowd} exchanges at once`, winners === 1 && losers === crowd - 1, "one succeeds"),
          rejected("one more afterwards", await website.exchange(exchangeTicket), "TICKET_ALREADY_EXCHANGED"),
        ],
      };
    },
  },
  {
    threat: "T10",
    title: "Exchange by another client: another app, or the app without the verifier",
    defence: "core",
    async play({ website, otherWebsite, approve }) {
      const verifier = createCodeVerifier();
      const screen = await website.open({ codeChallenge: codeChallengeOf(verifier) });
      const { exchangeTicket } = await approve(screen);
      const tries = [
        rejected("exchange without a verifier", await website.exchange(exchangeTicket), "PROOF_INVALID"),
        rejected(
          "exchange with another verifier",
          await website.exchange(exchangeTicket, createCodeVerifier()),
          "PROOF_INVALID",
        ),
      ];
      if (otherWebsite) {
        tries.push(
          rejected(
            "exchange by another app",
            await otherWebsite.exchange(exchangeTicket, verifier),
            "TICKET_NOT_FOUND",
          ),
          rejected("status by another app", await otherWebsite.poll(screen), "TICKET_NOT_FOUND"),
          rejected("withdrawal by another app", await otherWebsite.withdraw(screen), "TICKET_NOT_FOUND"),
        );
      }
      must("ExchangeUserInfo", await website.exchange(exchangeTicket, verifier));
      return { tries };
    },
  },
];

/** Makes every call that could revive a finished ticket. */
async function revive(
  { website, victim, stranger }: World,
  what: string,
  screen: Screen,
  reason: string,
): Promise<readonly Try[]> {
  const before = must("WatchStatus", await website.status(screen));
  const tries = [
    rejected(`scan ${what}`, await victim.scan(screen.qrContent), reason),
    rejected(`approve ${what}`, await victim.authorize(screen.ticketId), reason),
    rejected(
      `scan ${what} by somebody else`,
      await stranger.scan(screen.qrContent),
      reason,
      "SCANNED_BY_ANOTHER_USER",
    ),
    rejected(`submit a number for ${what}`, await website.submitCheckCode(screen, "000000"), reason),
  ];
  const after = must("WatchStatus", await website.status(screen));
  const isSame =
    after.revision === before.revision && after.state === before.state && after.exchangeTicket === "";
  return [...tries, holds(`${what} afterwards`, isSame, `still ${stateNameOf(before.state)}`)];
}

function countOf(attempts: readonly Attempt<unknown>[], ...reasons: readonly string[]): number {
  return attempts.filter(({ reason }) => reason !== undefined && reasons.includes(reason)).length;
}
