import { TicketState } from "../../src/client/index.js";
import { holds, rejected, type Scenario, type Try } from "../scenario.js";
import { must } from "../world/attempt.js";

/** Threats by people who approve, or have others approve, what is not theirs. */
export const approvalScenarios: readonly Scenario[] = [
  {
    threat: "T3",
    title: "Session swap: the attacker scans the victim's screen first and approves",
    defence: "core",
    async play({ website, victim, stranger }) {
      const screen = await website.open();
      must("MarkScanned", await stranger.scan(screen.qrContent));
      const tries = [
        rejected("the victim scans second", await victim.scan(screen.qrContent), "SCANNED_BY_ANOTHER_USER"),
      ];
      const { scannedBy } = must("WatchStatus", await website.status(screen));
      tries.push(
        holds("the screen names the scanner", scannedBy !== undefined, "nickname and photo of the attacker"),
      );
      must("Withdraw", await website.withdraw(screen));
      tries.push(
        rejected(
          "the attacker approves after the victim started again",
          await stranger.authorize(screen.ticketId),
          "TICKET_CANCELLED",
        ),
      );
      return { tries };
    },
  },
  {
    threat: "T4",
    title: "Approval by another user: somebody else than the scanner decides",
    defence: "core",
    async play({ website, victim, stranger }) {
      const unscanned = await website.open();
      const screen = await website.open();
      must("MarkScanned", await victim.scan(screen.qrContent));
      const tries = [
        rejected(
          "approve before any scan",
          await stranger.authorize(unscanned.ticketId),
          "TICKET_NOT_SCANNED",
        ),
        rejected(
          "approve what the victim scanned",
          await stranger.authorize(screen.ticketId),
          "SCANNED_BY_ANOTHER_USER",
        ),
        rejected(
          "cancel what the victim scanned",
          await stranger.cancel(screen.ticketId),
          "SCANNED_BY_ANOTHER_USER",
        ),
      ];
      const { state } = must("WatchStatus", await website.status(screen));
      tries.push(holds("the ticket afterwards", state === TicketState.SCANNED, "still waits for the victim"));
      return { tries };
    },
  },
  {
    threat: "T5",
    title: "Chained approval: what a sign-in returns approves the next one",
    defence: "core",
    async play({ website, victim, approve }) {
      const screen = await website.open();
      const { exchangeTicket } = await approve(screen);
      const { tokenSet } = must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      const next = await website.open();
      const tries: Try[] = [];
      for (const [name, credential] of [
        ["the exchange ticket", exchangeTicket],
        ["the ticket secret", screen.ticketSecret],
        ["the ID token", tokenSet?.idToken],
        ["the access token", tokenSet?.accessToken],
      ] as const) {
        if (!credential) continue;
        const impostor = victim.withToken(credential);
        tries.push(
          rejected(
            `scan with ${name} as user token`,
            await impostor.scan(next.qrContent),
            "USER_UNAUTHENTICATED",
          ),
        );
      }
      return { tries };
    },
  },
  {
    threat: "T6",
    title: "Confused tenant: the code or the app names another user pool",
    defence: "core",
    async play({ website, otherWebsite, victim }) {
      const screen = await website.open();
      const content = JSON.parse(screen.qrContent) as { readonly userPoolId: string };
      const forged = JSON.stringify({ ...content, userPoolId: `${content.userPoolId}-of-another` });
      const tries = [
        rejected("scan a code that names another pool", await victim.scan(forged), "QR_CONTENT_INVALID"),
      ];
      const foreign = await otherWebsite?.open();
      const isOtherPool =
        foreign && (JSON.parse(foreign.qrContent) as typeof content).userPoolId !== content.userPoolId;
      if (isOtherPool) {
        tries.push(
          rejected(
            "scan a code of an app of another pool",
            await victim.scan(foreign.qrContent),
            "USER_POOL_MISMATCH",
          ),
        );
        const renamed = JSON.stringify({ ...JSON.parse(foreign.qrContent), userPoolId: content.userPoolId });
        tries.push(
          rejected(
            "the same, with the victim's pool written into it",
            await victim.scan(renamed),
            "QR_CONTENT_INVALID",
          ),
        );
      }
      return { tries };
    },
  },
];
