import { TicketState } from "../../src/client/index.js";
import { holds, rejected, type Scenario, type Try } from "../scenario.js";
import { type Attempt, accepted, must } from "../world/attempt.js";
import type { PageResponse, Visitor } from "../world/visitor.js";
import type { World } from "../world/world.js";

/**
 * The six flaws that a study of 109 sites with QR login found (USENIX Security 2025). Each is played at the service,
 * and at the gateway if there is one.
 */
export const flawScenarios: readonly Scenario[] = [
  {
    threat: "F1",
    title: "Status that is not bound to the session that created the code",
    defence: "core",
    async play(world) {
      const { website, otherWebsite } = world;
      const screen = await website.open();
      const tries = [
        rejected(
          "GetStatus with the id alone",
          await website.poll({ ...screen, ticketSecret: screen.ticketId }),
          "TICKET_NOT_FOUND",
        ),
      ];
      if (otherWebsite)
        tries.push(rejected("GetStatus by another app", await otherWebsite.poll(screen), "TICKET_NOT_FOUND"));
      await atGateway(world, async (victimsBrowser, attackersBrowser) => {
        const { handle, ticketId } = await victimsBrowser.open();
        for (const [name, known] of [
          ["the stolen handle", handle],
          ["the ticket id", ticketId],
        ] as const) {
          const response = await attackersBrowser.status(known);
          tries.push(
            rejected(
              `gateway: the status of ${name} in another browser`,
              attemptOf(response),
              "TICKET_NOT_FOUND",
            ),
          );
        }
        const own = await victimsBrowser.status(handle);
        tries.push(holds("gateway: the status in the own browser", own.json.state === "PENDING", "PENDING"));
      });
      return { tries };
    },
  },
  {
    threat: "F2",
    title: "A code that is usable again after the sign-in",
    defence: "core",
    async play({ website, victim, stranger, approve }) {
      const screen = await website.open();
      const { exchangeTicket } = await approve(screen);
      must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      return {
        tries: [
          rejected("scan the used code", await victim.scan(screen.qrContent), "TICKET_ALREADY_EXCHANGED"),
          rejected(
            "scan it as somebody else",
            await stranger.scan(screen.qrContent),
            "TICKET_ALREADY_EXCHANGED",
            "SCANNED_BY_ANOTHER_USER",
          ),
          rejected("approve it again", await victim.authorize(screen.ticketId), "TICKET_ALREADY_EXCHANGED"),
          rejected("exchange it again", await website.exchange(exchangeTicket), "TICKET_ALREADY_EXCHANGED"),
        ],
      };
    },
  },
  {
    threat: "F3",
    title: "Guessable ids",
    defence: "core",
    async play({ website }) {
      const ids: Buffer[] = [];
      for (let count = 0; count < 16; count++)
        ids.push(Buffer.from((await website.open()).ticketId, "base64url"));
      const bits = ids.flatMap((id) => [...id].map((byte) => byte.toString(2).replaceAll("0", "").length));
      const ones = bits.reduce((sum, count) => sum + count, 0) / (ids.length * 128);
      const closest = Math.min(...pairsOf(ids).map(([a, b]) => differentBits(a, b)));
      return {
        tries: [
          // Of 2,048 random bits, a share beyond these bounds has a chance below one in a trillion.
          holds("the share of set bits in 16 ids", ones > 0.42 && ones < 0.58, "near one half"),
          // Two of 16 random ids differ in fewer bits with a chance below one in a hundred million.
          holds("the two most similar ids", closest > 26, "far apart"),
        ],
      };
    },
  },
  {
    threat: "F4",
    title: "Ids that the client chooses",
    defence: "core",
    async play(world) {
      const chosen = "AAAAAAAAAAAAAAAAAAAAAA";
      const screen = await world.website.open({ customData: { random: chosen, ticketId: chosen } });
      const drawn = JSON.parse(screen.qrContent) as { readonly random: string };
      const tries = [
        holds(
          "custom data named like the id",
          screen.ticketId !== chosen && !drawn.random.startsWith(chosen),
          "changes no id",
        ),
      ];
      await atGateway(world, async (browser) => {
        for (const field of ["ticketId", "random", "id", "handle", "ticketSecret"]) {
          const response = await browser.tryOpen({ [field]: chosen });
          tries.push(
            rejected(
              `gateway: create a ticket with the field ${field}`,
              attemptOf(response),
              "INVALID_REQUEST",
            ),
          );
        }
      });
      return { tries };
    },
  },
  {
    threat: "F5",
    title: "An approval that trusts a user field instead of the token",
    defence: "core",
    async play(world) {
      const { website, victim, stranger, tokens, approve } = world;
      const screen = await website.open();
      const tries: Try[] = [];
      for (const [name, token] of forgeriesOf(tokens.stranger, tokens.victim)) {
        const impostor = victim.withToken(token);
        tries.push(
          rejected(`scan with ${name}`, await impostor.scan(screen.qrContent), "USER_UNAUTHENTICATED"),
        );
      }
      must("MarkScanned", await victim.scan(screen.qrContent));
      await atGateway(world, async (browser) => {
        const response = await browser.post(
          "/qrlogin.v1.QrLoginService/Authorize",
          { ticketId: screen.ticketId, userId: subjectOf(tokens.victim), scannedBy: { nickname: "Victim" } },
          { authorization: `Bearer ${tokens.stranger}` },
        );
        const attempt = response.status === 404 ? undefined : connectAttemptOf(response);
        if (attempt)
          tries.push(
            rejected(
              "gateway: approve as another user with fields that name the victim",
              attempt,
              "SCANNED_BY_ANOTHER_USER",
            ),
          );
      });
      tries.push(
        rejected(
          "approve as another user",
          await stranger.authorize(screen.ticketId),
          "SCANNED_BY_ANOTHER_USER",
        ),
      );
      const { exchangeTicket } = await approve(screen);
      const { approval } = must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      const subject = subjectOf(tokens.victim);
      if (subject !== undefined)
        tries.push(
          holds("the user of the sign-in", approval?.subject === subject, "the subject of the token"),
        );
      return { tries };
    },
  },
  {
    threat: "F6",
    title: "Personal data in answers",
    defence: "core",
    async play(world) {
      const { website, victim, approve } = world;
      const screen = await website.open();
      const asked = must("MarkScanned", await victim.scan(screen.qrContent));
      const { exchangeTicket } = await approve(screen);
      const status = must("WatchStatus", await website.status(screen));
      const { user } = must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      const after = must("WatchStatus", await website.status(screen));
      const personal = [user?.email, user?.phone, user?.name].filter(
        (text): text is string => !!text && text !== user?.nickname,
      );
      const contains = (message: unknown) => personal.some((text) => JSON.stringify(message).includes(text));
      const tries = [
        holds("the status before the exchange", !contains(status), "without mail, phone and name"),
        holds("the answer to the phone", !contains(asked), "without mail, phone and name"),
        holds(
          "the status after the exchange",
          after.scannedBy === undefined && after.state === TicketState.EXCHANGED,
          "without nickname and photo",
        ),
      ];
      await atGateway(world, async (browser) => {
        const page = await browser.open();
        must("MarkScanned", await victim.scan(page.qrContent));
        const scanned = await browser.waitFor(page.handle, "SCANNED");
        tries.push(
          holds("gateway: the status of the page", !contains(scanned), "without mail, phone and name"),
        );
      });
      return { tries };
    },
  },
];

/** Plays the part at the gateway, with two browsers that each have a ticket and a cookie of their own. */
async function atGateway(
  world: World,
  play: (first: Visitor, second: Visitor) => Promise<void>,
): Promise<void> {
  if (world.target.gatewayUrl === undefined) return;
  const second = world.visitor();
  await second.open();
  await play(world.visitor(), second);
}

/** Returns the outcome of a request to the gateway's own API. */
export function attemptOf(response: PageResponse): Attempt<PageResponse> {
  if (response.status < 400) return accepted(response);
  return { response: undefined, reason: String(response.json.reason ?? response.status), error: undefined };
}

/** Returns the outcome of a request in the Connect protocol, whose reason stands in the details. */
function connectAttemptOf(response: PageResponse): Attempt<PageResponse> {
  if (response.status < 400) return accepted(response);
  const details = (response.json.details ?? []) as readonly {
    readonly debug?: { readonly reason?: string };
  }[];
  const reason = details.map(({ debug }) => debug?.reason).find(Boolean);
  return {
    response: undefined,
    reason: reason ?? String(response.json.code ?? response.status),
    error: undefined,
  };
}

/** Returns tokens that claim to be the victim's, made from the attacker's own token. None if tokens are opaque. */
function forgeriesOf(own: string, victims: string): readonly (readonly [name: string, token: string])[] {
  const [header, payload, signature] = own.split(".");
  const subject = subjectOf(victims);
  if (!header || !payload || !signature || subject === undefined) return [];
  const claims = JSON.stringify({ ...JSON.parse(decode(payload)), sub: subject });
  const forged = Buffer.from(claims).toString("base64url");
  const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url");
  return [
    ["the own token, with the victim's subject written into it", `${header}.${forged}.${signature}`],
    ["an unsigned token of the victim", `${unsigned}.${forged}.`],
  ];
}

/** Returns the subject of a JWT, or undefined if the token is opaque. */
function subjectOf(token: string): string | undefined {
  const [, payload, signature] = token.split(".");
  if (!payload || !signature) return undefined;
  const { sub } = JSON.parse(decode(payload)) as { readonly sub?: unknown };
  return typeof sub === "string" ? sub : undefined;
}

const decode = (text: string): string => Buffer.from(text, "base64url").toString("utf8");

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((first, index) => items.slice(index + 1).map((second) => [first, second] as const));
}

function differentBits(a: Buffer, b: Buffer): number {
  return [...a].reduce((sum, byte, index) => sum + bitsOf(byte ^ (b[index] ?? 0)), 0);
}

function bitsOf(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
