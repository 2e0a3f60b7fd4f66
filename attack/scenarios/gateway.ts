import { ContextSource } from "../../src/client/index.js";
import { holds, rejected, type Scenario, type Try } from "../scenario.js";
import { must } from "../world/attempt.js";
import { linesBeforeApproval } from "../world/phone_screen.js";
import type { PageResponse } from "../world/visitor.js";
import type { World } from "../world/world.js";
import { attemptOf } from "./flaws.js";
import { wrongCode } from "./relay.js";

const withoutGateway = ({ target }: World) =>
  target.gatewayUrl === undefined ? "needs --gateway" : undefined;

/** Headers that a browser sends with a request from a page of another site. */
const fromOtherSite = { origin: "https://evil.example.com", "sec-fetch-site": "cross-site" };

/** Threats to the gateway, by what browsers and scripts can send. */
export const gatewayScenarios: readonly Scenario[] = [
  {
    threat: "T1",
    title: "QRLjacking: the gateway observes the address of the attacker's screen itself",
    defence: "core",
    obstacle: withoutGateway,
    async play({ visitor, victim }) {
      const page = await visitor().open(
        {},
        { "x-forwarded-for": "198.51.100.7", "x-real-ip": "198.51.100.7", forwarded: "for=198.51.100.7" },
      );
      const asked = must("MarkScanned", await victim.scan(page.qrContent));
      const { ipAddress = "", ipAddressSource } = asked.requester ?? {};
      return {
        tries: [
          holds(
            "the address of the screen",
            ipAddress !== "" && ipAddressSource === ContextSource.OBSERVED_BY_GATEWAY,
            "observed by the gateway",
          ),
          holds(
            "a forwarded address that the attacker made up",
            ipAddress !== "198.51.100.7",
            "not believed",
          ),
        ],
        victimSees: linesBeforeApproval(asked),
      };
    },
  },
  {
    threat: "T14",
    title: "Brute force of the check code: through the gateway, from the attacker's page",
    defence: "check-code",
    obstacle: (world) =>
      withoutGateway(world) ??
      (world.policy.checkCodeDigits === 0 ? "the policy asks for no check code" : undefined),
    async play({ visitor, victim }) {
      const browser = visitor();
      const page = await browser.open();
      must("MarkScanned", await victim.scan(page.qrContent));
      const { checkCode } = must("Authorize", await victim.authorize(page.ticketId));
      const waiting = await browser.waitFor(page.handle, "AWAITING_CHECK_CODE");
      const tries = [
        holds(
          "the page reads the status",
          !JSON.stringify(waiting).includes(checkCode),
          "without the number",
        ),
        holds("the exchange ticket", waiting.exchangeTicket === null, "not there yet"),
      ];
      for (let count = 0; count < 3; count++) {
        const guess = attemptOf(await browser.submitCheckCode(page.handle, wrongCode(checkCode)));
        tries.push(rejected("a wrong number", guess, "CHECK_CODE_MISMATCH"));
      }
      const late = attemptOf(await browser.submitCheckCode(page.handle, checkCode));
      tries.push(rejected("the right number after three wrong ones", late, "TICKET_CANCELLED"));
      return { tries };
    },
  },
  {
    threat: "T26",
    title: "Cross-site request: a page of another site acts in the victim's browser",
    defence: "core",
    obstacle: withoutGateway,
    async play({ visitor }) {
      const browser = visitor();
      const { handle } = await browser.open();
      const form = { ...fromOtherSite, "content-type": "text/plain" };
      const sent: readonly (readonly [string, PageResponse])[] = [
        ["create a ticket", await browser.tryOpen({}, fromOtherSite)],
        ["read the status", await browser.status(handle, fromOtherSite)],
        ["withdraw the ticket", await browser.withdraw(handle, fromOtherSite)],
        ["withdraw the ticket by a form", await browser.withdraw(handle, form)],
      ];
      const tries = sent.flatMap(([what, response]): Try[] => [
        holds(what, response.status === 403, "403"),
        holds(
          `${what}: headers`,
          response.headers["access-control-allow-origin"] === undefined,
          "not readable there",
        ),
      ]);
      const { json } = await browser.status(handle);
      return { tries: [...tries, holds("the ticket afterwards", json.state === "PENDING", "as before")] };
    },
  },
  {
    threat: "T26",
    title: "Cross-site request: login CSRF, the attacker's handle in the victim's browser",
    defence: "core",
    obstacle: withoutGateway,
    async play({ visitor, stranger }) {
      const attacker = visitor();
      const planted = await attacker.open();
      must("MarkScanned", await stranger.scan(planted.qrContent));
      const victimsBrowser = visitor();
      await victimsBrowser.open();
      const body = { handle: planted.handle };
      return {
        tries: [
          rejected(
            "the status of the planted handle",
            attemptOf(await victimsBrowser.status(planted.handle)),
            "TICKET_NOT_FOUND",
          ),
          rejected(
            "completion with the planted handle",
            attemptOf(await victimsBrowser.post("/qrlogin/v1/tickets/complete", body)),
            "TICKET_NOT_FOUND",
          ),
          rejected(
            "exchange with the planted handle",
            attemptOf(await victimsBrowser.post("/qrlogin/v1/tickets/exchange", body)),
            "TICKET_NOT_FOUND",
          ),
        ],
      };
    },
  },
  {
    threat: "T27",
    title: "Gateway as confused deputy: a found exchange ticket is spent through the gateway",
    defence: "core",
    obstacle: withoutGateway,
    async play({ visitor, website, approve, target, otherWebsite }) {
      const { exchangeTicket } = await approve(await website.open());
      const browser = visitor();
      await browser.open();
      const spend = async (headers = {}) =>
        attemptOf(await browser.post("/qrlogin/v1/tickets/exchange", { exchangeTicket }, headers));
      const guessed = { authorization: basic(target.app.appId, "guess") };
      const tries = [
        rejected("exchange by a browser", await spend(), "APP_UNAUTHENTICATED"),
        rejected("exchange with a guessed app secret", await spend(guessed), "APP_UNAUTHENTICATED"),
      ];
      if (otherWebsite && target.otherApp) {
        const { appId, appSecret } = target.otherApp;
        tries.push(
          rejected(
            "exchange by another app",
            await spend({ authorization: basic(appId, appSecret) }),
            "TICKET_NOT_FOUND",
          ),
        );
      }
      must("ExchangeUserInfo", await website.exchange(exchangeTicket));
      return { tries };
    },
  },
  {
    threat: "T11",
    title: "Leaks in logs, URLs, caches: what the gateway lets browsers and proxies keep",
    defence: "core",
    obstacle: withoutGateway,
    async play({ visitor }) {
      const browser = visitor();
      const created = await browser.tryOpen({});
      const handle = String(created.json.handle);
      const status = await browser.status(handle);
      const [cookie = ""] = created.headers["set-cookie"] ?? [];
      const isStored = ({ headers }: PageResponse) => !/no-store/.test(headers["cache-control"] ?? "");
      return {
        tries: [
          holds("the response with the handle", !isStored(created), "no-store"),
          holds("the status", !isStored(status), "no-store"),
          holds(
            "the cookie",
            /;\s*httponly/i.test(cookie) && /;\s*samesite=(lax|strict)/i.test(cookie),
            "HttpOnly and SameSite",
          ),
          holds("the handle", !handle.includes(String(created.json.ticketId)), "encrypted"),
        ],
      };
    },
  },
];

function basic(appId: string, secret: string): string {
  return `Basic ${Buffer.from(`${appId}:${secret}`).toString("base64")}`;
}
