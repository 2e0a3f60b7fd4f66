import type { MarkScannedResponse } from "../../src/client/index.js";
import { CancelReason, TicketState } from "../../src/client/index.js";
import { type Finding, goal, holds, type Scenario } from "../scenario.js";
import { must } from "../world/attempt.js";
import { lineOfRejection, linesAfterApproval, linesBeforeApproval } from "../world/phone_screen.js";
import { type Screen, stateNameOf } from "../world/website.js";
import type { World } from "../world/world.js";

/** The address that the attacker's screen has: one of those for documentation (RFC 5737). */
const attackersScreen = { requester: { ipAddress: "203.0.113.66", userAgent: "The attacker's browser" } };

const signedIn = "The attacker's browser is signed in as the victim.";

/** T1: the attacker opens the login page, and has the victim scan its code somewhere else. */
export const relayScenarios: readonly Scenario[] = [
  {
    threat: "T1",
    title: "QRLjacking: the victim is told who asks before the decision",
    defence: "core",
    async play(world) {
      const screen = await world.website.open(attackersScreen);
      const asked = must("MarkScanned", await world.victim.scan(screen.qrContent));
      return {
        tries: [
          holds("the name of the website", (asked.app?.name ?? "") !== "", "shown"),
          holds("the address of the screen", asked.requester?.ipAddress === "203.0.113.66", "shown"),
          holds(
            "the browser of the screen",
            asked.requester?.userAgent === "The attacker's browser",
            "shown",
          ),
        ],
        victimSees: linesBeforeApproval(asked),
      };
    },
  },
  {
    threat: "T1",
    title: "QRLjacking: relay by picture, in a mail or chat, scanned at once",
    defence: "check-code",
    play: (world) =>
      playRelay(world, "the picture of the code is sent to the victim, who approves", guessCode),
  },
  {
    threat: "T1",
    title: "QRLjacking: relay by picture that is stored and scanned later",
    defence: "rotation",
    obstacle: ({ policy, expected }) =>
      policy.codeIntervalMs > longestUsualIntervalMs && !expected.has("rotation")
        ? `the code changes every ${policy.codeIntervalMs / 1_000} s: pass --expect rotation to wait for it`
        : undefined,
    play: playStoredPicture,
  },
  {
    threat: "T1",
    title: "QRLjacking: relay by live page, which mirrors the code and asks for the number",
    defence: "none",
    play: (world) =>
      playRelay(
        world,
        "a fake page shows each new code, and passes on what the victim types",
        async ({ shownCode }) => shownCode,
      ),
  },
  {
    threat: "T1",
    title: 'QRLjacking: relay by a caller, who asks "read me the number"',
    defence: "none",
    play: (world) =>
      playRelay(
        world,
        "a caller has the victim scan, approve, and read the number out",
        async ({ shownCode }) => shownCode,
      ),
  },
];

/** Actions of the attacker once the victim has approved and the phone shows a number. */
type ObtainCode = (situation: { readonly shownCode: string }) => Promise<string>;

/** The attacker has only the picture: every number is a guess. */
const guessCode: ObtainCode = async ({ shownCode }) => wrongCode(shownCode);

/** Returns a code of the same length that is not the right one. */
export function wrongCode(rightCode: string): string {
  const next = (Number(rightCode[0]) + 1) % 10;
  return `${next}${rightCode.slice(1)}`;
}

/** Plays a relay: the victim scans the code of the attacker's screen and approves. */
async function playRelay(world: World, what: string, obtainCode: ObtainCode): Promise<Finding> {
  const { website, victim } = world;
  const screen = await website.open(attackersScreen);
  const asked = must("MarkScanned", await victim.scan(await website.currentCode(screen)));
  const { checkCode } = must("Authorize", await victim.authorize(screen.ticketId));
  const victimSees = linesOf(asked, checkCode);
  if (checkCode === "") {
    const reached = await attackerIsSignedIn(world, screen);
    return {
      tries: [goal(what, reached, reached ? "signed in without any number" : "not signed in")],
      victimSees,
      meaning: `${signedIn} The policy asks for no check code, so only the words on the phone stand against it.`,
    };
  }
  let effect = "";
  for (let count = 0; count < 3; count++) {
    const submitted = await website.submitCheckCode(screen, await obtainCode({ shownCode: checkCode }));
    effect = submitted.reason ?? "the number was accepted";
    if (submitted.reason === undefined) break;
  }
  const reached = await attackerIsSignedIn(world, screen);
  return {
    tries: [goal(what, reached, reached ? `signed in: ${effect}` : `not signed in: ${effect}`)],
    victimSees,
    meaning: `${signedIn} The check code is evidence, not proof: a victim who hands the number on gives it away.`,
  };
}

function linesOf(asked: MarkScannedResponse, checkCode: string): readonly string[] {
  return [...linesBeforeApproval(asked), ...linesAfterApproval(asked, checkCode)];
}

/** Returns whether the website of the attacker's screen can sign somebody in. */
async function attackerIsSignedIn({ website }: World, screen: Screen): Promise<boolean> {
  const { state, exchangeTicket, cancelReason } = must("WatchStatus", await website.status(screen));
  if (state === TicketState.AUTHORIZED) return (await website.exchange(exchangeTicket)).reason === undefined;
  if (state === TicketState.CANCELLED && cancelReason === CancelReason.CHECK_CODE_FAILED) return false;
  throw new Error(`the state after the relay is ${stateNameOf(state)}`);
}

/** Longest interval of codes that a run waits for unless it is asked to, in milliseconds. */
const longestUsualIntervalMs = 30_000;

/** Time after a change at which a stored picture is tried first, and the longest overlap that a policy can set. */
const shortOverlapMs = 4_000;
const longestOverlapMs = 30_000;

async function playStoredPicture(world: World): Promise<Finding> {
  const { policy, victim, website, wait } = world;
  const what = "the victim scans a picture of a code that the screen no longer shows";
  const isRotating = policy.codeIntervalMs > 0;
  const first = await website.open(attackersScreen);
  const second = await website.open(attackersScreen);
  await wait(isRotating ? policy.codeIntervalMs + shortOverlapMs : 0);
  let scanned = await victim.scan(first.qrContent);
  if (isRotating && scanned.reason === undefined) {
    // The overlap of the policy may be longer than the usual one.
    await wait(longestOverlapMs - shortOverlapMs);
    scanned = await victim.scan(second.qrContent);
  }
  const victimSees =
    scanned.reason === undefined ? linesBeforeApproval(scanned.response) : [lineOfRejection(scanned.reason)];
  const effect = scanned.reason ?? "the victim is asked to approve";
  // Any other refusal is not the one that the policy promises.
  return {
    tries: [goal(what, isRotating ? scanned.reason !== "QR_ROTATED" : scanned.reason === undefined, effect)],
    victimSees,
    meaning: isRotating
      ? "A picture of the code works although the code has changed."
      : "The code never changes, so a picture of it works until the ticket expires.",
  };
}
