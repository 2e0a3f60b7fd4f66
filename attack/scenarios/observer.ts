import { randomBytes } from "node:crypto";
import { TicketState } from "../../src/client/index.js";
import { holds, rejected, type Scenario } from "../scenario.js";
import { must } from "../world/attempt.js";
import type { Screen } from "../world/website.js";

const newGuess = (bytes: number): string => randomBytes(bytes).toString("base64url");

/** Threats by people who see the code, or who guess. */
export const observerScenarios: readonly Scenario[] = [
  {
    threat: "T2",
    title: "Observer: whoever sees the code polls with it and takes the result",
    defence: "core",
    async play({ website, approve }) {
      const screen = await website.open();
      const { exchangeTicket } = await approve(screen);
      const [, mac = ""] = exchangeTicket.split(".");
      const tries = [
        holds(
          "the secret of the ticket is searched for in the code",
          !screen.qrContent.includes(screen.ticketSecret),
          "absent",
        ),
        holds("the exchange ticket is searched for in the code", !screen.qrContent.includes(mac), "absent"),
      ];
      for (const [name, ticketSecret] of [
        ["the id", screen.ticketId],
        ["a guess", newGuess(32)],
      ] as const) {
        const stolen = { ...screen, ticketSecret };
        tries.push(
          rejected(`GetStatus with ${name} as secret`, await website.poll(stolen), "TICKET_NOT_FOUND"),
          rejected(`WatchStatus with ${name} as secret`, await website.status(stolen), "TICKET_NOT_FOUND"),
          rejected(
            `SubmitCheckCode with ${name} as secret`,
            await website.submitCheckCode(stolen, "000000"),
            "TICKET_NOT_FOUND",
          ),
          rejected(`Withdraw with ${name} as secret`, await website.withdraw(stolen), "TICKET_NOT_FOUND"),
          rejected(
            `ExchangeUserInfo with an exchange ticket made of ${name}`,
            await website.exchange(`${screen.ticketId}.${newGuess(32)}`),
            "TICKET_NOT_FOUND",
          ),
        );
      }
      must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      return { tries };
    },
  },
  {
    threat: "T12",
    title: "Guessing: ids that repeat, and answers that tell a known id from an unknown one",
    defence: "core",
    async play({ website, victim }) {
      const screens: Screen[] = [];
      for (let count = 0; count < 10; count++) screens.push(await website.open());
      const ids = new Set(screens.flatMap(({ ticketId, ticketSecret }) => [ticketId, ticketSecret]));
      const [screen] = screens as [Screen];
      const unknown = await website.poll({ ...screen, ticketId: newGuess(16) });
      const wrong = await website.poll({ ...screen, ticketSecret: newGuess(32) });
      return {
        tries: [
          holds("ids and secrets of ten tickets", ids.size === 20, "all different"),
          holds("the length of ids", Buffer.from(screen.ticketId, "base64url").length === 16, "128 bits"),
          holds(
            "the length of secrets",
            Buffer.from(screen.ticketSecret, "base64url").length === 32,
            "256 bits",
          ),
          rejected("GetStatus of an unknown id", unknown, "TICKET_NOT_FOUND"),
          rejected("GetStatus with a wrong secret", wrong, "TICKET_NOT_FOUND"),
          holds("the two answers are compared", unknown.error?.message === wrong.error?.message, "equal"),
          rejected("MarkScanned of an unknown id", await victim.scanId(newGuess(16)), "TICKET_NOT_FOUND"),
        ],
      };
    },
  },
  {
    threat: "T20",
    title: "Personal data to strangers: what a screen and a second phone learn of the victim",
    defence: "core",
    async play({ website, victim, stranger }) {
      const screen = await website.open();
      must("MarkScanned", await victim.scan(screen.qrContent));
      const during = must("WatchStatus", await website.status(screen));
      const second = await stranger.scan(screen.qrContent);
      must("Withdraw", await website.withdraw(screen));
      const after = must("WatchStatus", await website.status(screen));
      const known = Object.keys(during.scannedBy ?? {}).sort();
      const nickname = during.scannedBy?.nickname ?? "";
      return {
        tries: [
          holds(
            "the screen reads the status",
            String(known) === "nickname,photoUrl",
            "nickname and photo only",
          ),
          rejected("a second phone scans", second, "SCANNED_BY_ANOTHER_USER"),
          holds(
            "the second phone reads the error",
            nickname === "" || !second.error?.message.includes(nickname),
            "no name",
          ),
          holds(
            "the screen reads the status after the end",
            after.scannedBy === undefined && after.state === TicketState.CANCELLED,
            "nothing",
          ),
        ],
      };
    },
  },
];
