import { CancelReason, TicketState } from "../../src/client/index.js";
import { holds, rejected, type Scenario } from "../scenario.js";
import { must } from "../world/attempt.js";
import type { Screen } from "../world/website.js";
import type { World } from "../world/world.js";
import { wrongCode } from "./relay.js";

const withoutCheckCode = ({ policy }: World) =>
  policy.checkCodeDigits === 0 ? "the policy asks for no check code" : undefined;
const withoutRotation = ({ policy }: World) =>
  policy.codeIntervalMs === 0 ? "the policy never changes the code" : undefined;

/** Threats to the check code and to codes that change. */
export const codeScenarios: readonly Scenario[] = [
  {
    threat: "T14",
    title: "Brute force of the check code: more than three tries for one ticket",
    defence: "check-code",
    obstacle: withoutCheckCode,
    async play(world) {
      const { website, policy } = world;
      const { screen, checkCode } = await approveWithoutCode(world);
      const wrong = wrongCode(checkCode);
      const early = must("WatchStatus", await website.status(screen));
      const tries = [
        holds(
          "the number of digits",
          new RegExp(`^\\d{${policy.checkCodeDigits}}$`).test(checkCode) && checkCode.length >= 4,
          `${checkCode.length}`,
        ),
        holds(
          "the screen reads the status",
          !JSON.stringify(early).includes(checkCode) && early.exchangeTicket === "",
          "without the number",
        ),
        rejected(
          "a number of another form",
          await website.submitCheckCode(screen, "12a4"),
          "INVALID_REQUEST",
        ),
      ];
      for (const left of [2, 1, 0]) {
        const submitted = await website.submitCheckCode(screen, wrong);
        tries.push(rejected("a wrong number", submitted, "CHECK_CODE_MISMATCH"));
        tries.push(holds("the attempts that are left", submitted.error?.attemptsLeft === left, String(left)));
      }
      tries.push(
        rejected(
          "the right number after three wrong ones",
          await website.submitCheckCode(screen, checkCode),
          "TICKET_CANCELLED",
        ),
      );
      const { state, cancelReason } = must("WatchStatus", await website.status(screen));
      tries.push(
        holds(
          "the ticket afterwards",
          state === TicketState.CANCELLED && cancelReason === CancelReason.CHECK_CODE_FAILED,
          "cancelled",
        ),
      );
      return { tries };
    },
  },
  {
    threat: "T14",
    title: "Brute force of the check code: many guesses at the same time",
    defence: "check-code",
    obstacle: withoutCheckCode,
    async play(world) {
      const { website } = world;
      const { screen, checkCode } = await approveWithoutCode(world);
      const wrong = wrongCode(checkCode);
      const all = await Promise.all(Array.from({ length: 12 }, () => website.submitCheckCode(screen, wrong)));
      const compared = all.filter(({ reason }) => reason === "CHECK_CODE_MISMATCH").length;
      return {
        tries: [
          holds(
            "12 guesses at once",
            compared <= 3 && all.every(({ reason }) => reason !== undefined),
            "at most three are compared",
          ),
          rejected(
            "the right number afterwards",
            await website.submitCheckCode(screen, checkCode),
            "TICKET_CANCELLED",
          ),
        ],
      };
    },
  },
  {
    threat: "T14",
    title: "Brute force of the check code: a number of another ticket, or before the approval",
    defence: "check-code",
    obstacle: withoutCheckCode,
    async play(world) {
      const { website, victim } = world;
      const early = await website.open();
      const tries = [
        rejected(
          "a number before the scan",
          await website.submitCheckCode(early, "123456"),
          "CHECK_CODE_NOT_EXPECTED",
        ),
      ];
      must("MarkScanned", await victim.scan(early.qrContent));
      tries.push(
        rejected(
          "a number before the approval",
          await website.submitCheckCode(early, "123456"),
          "CHECK_CODE_NOT_EXPECTED",
        ),
      );
      const first = await approveWithoutCode(world);
      const second = await approveWithoutCode(world);
      if (first.checkCode !== second.checkCode)
        tries.push(
          rejected(
            "the number of another ticket",
            await website.submitCheckCode(second.screen, first.checkCode),
            "CHECK_CODE_MISMATCH",
          ),
        );
      must("SubmitCheckCode", await website.submitCheckCode(second.screen, second.checkCode));
      return { tries };
    },
  },
  {
    threat: "T31",
    title: "Downgrade: a phone or a page that cannot handle a check code takes part",
    defence: "check-code",
    obstacle: withoutCheckCode,
    async play({ website, victim }) {
      const screen = await website.open();
      const tries = [
        rejected(
          "open an old login page, which cannot ask for the number",
          await website.tryOpen({ capabilities: [] }),
          "POLICY_NOT_SUPPORTED",
        ),
        rejected("scan with an old mobile app", await victim.scan(screen.qrContent, []), "PHONE_TOO_OLD"),
      ];
      const { state } = must("WatchStatus", await website.status(screen));
      tries.push(holds("the ticket afterwards", state === TicketState.PENDING, "as before"));
      tries.push(
        rejected("approve without a scan", await victim.authorize(screen.ticketId), "TICKET_NOT_SCANNED"),
      );
      return { tries };
    },
  },
  {
    threat: "T31",
    title: "Downgrade: the bare id of a ticket whose code changes",
    defence: "rotation",
    obstacle: withoutRotation,
    async play({ website, victim }) {
      const screen = await website.open();
      return { tries: [rejected("scan the bare id", await victim.scanId(screen.ticketId), "QR_ROTATED")] };
    },
  },
  {
    threat: "T21",
    title: "Malicious QR content: a forged step of a code that changes",
    defence: "rotation",
    obstacle: withoutRotation,
    async play({ website, victim }) {
      const screen = await website.open();
      const other = await website.open();
      const content = JSON.parse(screen.qrContent) as { readonly random: string };
      const { random: otherRandom } = JSON.parse(other.qrContent) as typeof content;
      const scan = (random: string) => victim.scan(JSON.stringify({ ...content, random }));
      const tries = [
        rejected(
          "the id in place of a step",
          await scan(screen.ticketId),
          "QR_CONTENT_INVALID",
          "QR_ROTATED",
        ),
        rejected(
          "the next step with the proof of this one",
          await scan(nextStepOf(content.random)),
          "QR_CONTENT_INVALID",
        ),
        rejected(
          "the proof of another ticket",
          await scan(otherRandom.replace(other.ticketId, screen.ticketId)),
          "QR_CONTENT_INVALID",
        ),
      ];
      const { state } = must("WatchStatus", await website.status(screen));
      tries.push(holds("the ticket afterwards", state === TicketState.PENDING, "as before"));
      return { tries };
    },
  },
];

/** Has the victim scan and approve. Resolves with the number that the phone shows. */
export async function approveWithoutCode({
  website,
  victim,
}: World): Promise<{ readonly screen: Screen; readonly checkCode: string }> {
  const screen = await website.open();
  must("MarkScanned", await victim.scan(await website.currentCode(screen)));
  const { checkCode } = must("Authorize", await victim.authorize(screen.ticketId));
  return { screen, checkCode };
}

/** Returns the text of a code with the number of its step, its second part, raised by one. */
function nextStepOf(random: string): string {
  const [id, step, ...rest] = random.split(".");
  return [id, String(Number(step) + 1).padStart(step?.length ?? 0, "0"), ...rest].join(".");
}
