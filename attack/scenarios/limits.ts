import { randomBytes } from "node:crypto";
import { type Finding, holds, type Scenario, type Try } from "../scenario.js";
import { type Attempt, longestDelayMs, must } from "../world/attempt.js";
import type { World } from "../world/world.js";
import { approveWithoutCode } from "./codes.js";
import { wrongCode } from "./relay.js";

/** Says why a scenario that locks an address or a user out for minutes is not played without need. */
const unlessExpected = (what: string) => (world: World) =>
  world.expected.has("limits") ? undefined : `${what}: pass --expect limits to play it`;

/** Threats by quantity: floods, guesses and repeated questions. */
export const limitScenarios: readonly Scenario[] = [
  {
    threat: "T17",
    title: "Watch and poll flood: polls below the minimum interval",
    defence: "core",
    obstacle: ({ policy }) => (policy.minPollIntervalMs === 0 ? "polls have no minimum interval" : undefined),
    async play({ website }) {
      const impatient = website.impatient();
      const screen = await website.open();
      const first = await impatient.poll(screen);
      return {
        tries: [
          holds("the first poll", first.reason === undefined, "free"),
          limited("a second poll at once", [await impatient.poll(screen)], "poll_interval"),
        ],
      };
    },
  },
  {
    threat: "T17",
    title: "Watch and poll flood: many watches of one ticket",
    defence: "core",
    async play({ website }) {
      const screen = await website.open();
      const { superseded, open } = await website.watchOften(screen, 12);
      return {
        tries: [holds("12 watches at once", superseded > 0 && open > 0, "the newest replace the oldest")],
      };
    },
  },
  {
    threat: "T16",
    title: "Create flood: many codes for one screen",
    defence: "limits",
    async play(world) {
      const screenId = randomBytes(16).toString("base64url");
      const open = () => world.website.impatient().tryOpen({ screenId });
      return {
        tries: [limited("open codes on one screen", await repeat(world, "screen", 50, open), "screen")],
      };
    },
  },
  {
    threat: "T16",
    title: "Create flood: many codes for one address",
    defence: "limits",
    obstacle: unlessExpected("opens up to 1,500 codes"),
    async play(world) {
      const { website } = world;
      const open = () => website.impatient().tryOpen({ requester: { ipAddress: "203.0.113.67" } });
      const flood = await repeat(world, "requester_address", 1_500, open);
      const elsewhere = await website.tryOpen({ requester: { ipAddress: "198.51.100.8" } });
      return {
        tries: [
          limited("open codes at one address", flood, "requester_address"),
          holds("a code at another address", elsewhere.reason === undefined, "not touched"),
        ],
      };
    },
  },
  {
    threat: "T15",
    title: "Prompt bombing: many codes that the victim scans and does not decide on",
    defence: "limits",
    async play(world) {
      const { website, victim } = world;
      const phone = victim.impatient();
      const scan = async () => phone.scan((await website.open()).qrContent);
      const scans = await repeat(world, "scans_in_progress", 20, scan);
      return { tries: [limited("scan one code after the other", scans, "scans_in_progress")] };
    },
  },
  {
    threat: "T12",
    title: "Guessing: many unknown ids",
    defence: "limits",
    async play(world) {
      const phone = world.stranger.impatient();
      // Scans would be limited as scans, whether the id is known or not.
      const approve = () => phone.authorize(randomBytes(16).toString("base64url"));
      const guesses = await repeat(world, "ticket_misses", 200, approve);
      return { tries: [limited("approve unknown ids", guesses, "ticket_misses")] };
    },
  },
  {
    threat: "T14",
    title: "Brute force of the check code: guesses in many tickets",
    defence: "limits",
    obstacle: (world) =>
      world.policy.checkCodeDigits === 0
        ? "the policy asks for no check code"
        : unlessExpected("needs up to 40 approvals")(world),
    play: playGuessesInManyTickets,
  },
  // The last one, because the victim is locked out afterwards.
  {
    threat: "T15",
    title: "Prompt bombing: the victim declines one code after the other",
    defence: "limits",
    obstacle: unlessExpected("keeps a user from scanning for minutes"),
    async play(world) {
      const { website, victim } = world;
      const phone = victim.impatient();
      const askAgain = async () => {
        const screen = await website.open();
        const scanned = await phone.scan(screen.qrContent);
        if (scanned.reason === undefined) must("Cancel", await phone.cancel(screen.ticketId));
        return scanned;
      };
      return {
        tries: [
          limited("have the victim decline", await repeat(world, "refusals", 20, askAgain), "refusals"),
        ],
      };
    },
  },
];

async function playGuessesInManyTickets(world: World): Promise<Finding> {
  const { website, stranger } = world;
  const impatient = website.impatient();
  const guesses: Attempt<unknown>[] = [];
  for (let count = 0; count < 40 && !guesses.some(isLimited); count++) {
    // Both users approve, because a target limits the scans of each.
    const cast = count % 2 === 0 ? world : { ...world, victim: stranger };
    const { screen, checkCode } = await approveWithoutCode(cast);
    const guess = () => impatient.submitCheckCode(screen, wrongCode(checkCode), "203.0.113.68");
    guesses.push(...(await repeat(world, "check_codes_address", 3, guess)));
    await world.cleanUp();
  }
  return { tries: [limited("guess from one address", guesses, "check_codes_address")] };
}

/**
 * Makes a call again and again, until this limit stops it or it was made so many times. Waits as long as other limits
 * ask for. Resolves with all outcomes but theirs.
 */
async function repeat<T>(
  { wait }: World,
  limit: string,
  times: number,
  call: () => Promise<Attempt<T>>,
): Promise<readonly Attempt<T>[]> {
  const attempts: Attempt<T>[] = [];
  while (attempts.length < times) {
    const attempt = await call();
    const { exceededLimit, retryAfterMs = 0 } = attempt.error ?? {};
    if (isLimited(attempt) && exceededLimit !== limit && retryAfterMs <= longestDelayMs) {
      await wait(retryAfterMs);
      continue;
    }
    attempts.push(attempt);
    if (isLimited(attempt)) break;
  }
  return attempts;
}

const isLimited = ({ reason }: Attempt<unknown>): boolean => reason === "RATE_LIMITED";

/** Returns a try that succeeds unless this limit stops the last of the attempts and says when to come back. */
function limited(what: string, attempts: readonly Attempt<unknown>[], limit: string): Try {
  const last = attempts.at(-1);
  const failed = (effect: string): Try => ({ what, succeeded: true, effect });
  if (!last || !isLimited(last)) return failed(`no limit after ${attempts.length}`);
  const { exceededLimit, retryAfterMs } = last.error ?? {};
  if (exceededLimit !== limit) return failed(`the limit ${exceededLimit} instead of ${limit}`);
  if (retryAfterMs === undefined) return failed(`the limit ${limit} without RetryInfo`);
  return { what, succeeded: false, effect: `the limit ${limit} after ${attempts.length - 1}` };
}
