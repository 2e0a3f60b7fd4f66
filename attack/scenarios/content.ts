import { ContextSource } from "../../src/client/index.js";
import { holds, rejected, type Scenario, type Try } from "../scenario.js";
import { must } from "../world/attempt.js";

/** Line breaks, control characters, text that runs backwards, and characters that nobody sees. */
const hostileText = "Your\u200B b\u00ADank\r\n\u0000\u202Eknab ruoY\u2066\u2069\u200F\u2028\u0085\u001B[2J";

/** Texts that a camera may read and that are no code of the target. */
const hostileCodes = [
  "https://evil.example.com/?random=",
  "[]",
  "null",
  "1e999",
  `${"[".repeat(2_000)}${"]".repeat(2_000)}`,
  '{"__proto__":{"random":"x"}}',
  '{"scene":"APP_AUTH","random":{},"userPoolId":"x"}',
  '{"scene":"APP_AUTH","random":"AAAA","userPoolId":"x"}',
];

/** Threats by content: texts that deceive the victim or the service. */
export const contentScenarios: readonly Scenario[] = [
  {
    threat: "T18",
    title: "Forged requester context: invisible and reversed text on the victim's phone",
    defence: "core",
    async play({ website, victim }) {
      const { CLAIMED_BY_PAGE } = ContextSource;
      const screen = await website.open({
        requester: {
          userAgent: hostileText,
          deviceName: hostileText,
          location: hostileText,
          userAgentSource: CLAIMED_BY_PAGE,
          deviceNameSource: CLAIMED_BY_PAGE,
          locationSource: CLAIMED_BY_PAGE,
        },
      });
      const { requester } = must("MarkScanned", await victim.scan(screen.qrContent));
      const shown = `${requester?.userAgent}${requester?.deviceName}${requester?.location}`;
      const forgedSource = await website.tryOpen({
        requester: { deviceName: "Your bank", deviceNameSource: ContextSource.OBSERVED_BY_GATEWAY },
      });
      return {
        tries: [
          holds(
            "hostile characters",
            !/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(shown) && shown.includes("bank"),
            "removed",
          ),
          holds("the source of a claim", requester?.deviceNameSource === CLAIMED_BY_PAGE, "shown as a claim"),
          rejected("a device name as observed by the service", forgedSource, "INVALID_REQUEST"),
        ],
      };
    },
  },
  {
    threat: "T21",
    title: "Malicious QR content: texts that are no code, and codes with forged fields",
    defence: "core",
    async play({ website, victim }) {
      const tries: Try[] = [];
      for (const text of hostileCodes) {
        tries.push(rejected(`scan ${text.slice(0, 30)}`, await victim.scan(text), "QR_CONTENT_INVALID"));
      }
      const screen = await website.open({ customData: { amount: 10 } });
      const forged = { ...JSON.parse(screen.qrContent), customData: { amount: 99 }, app: "Your bank" };
      const asked = must("MarkScanned", await victim.scan(JSON.stringify(forged)));
      tries.push(
        holds(
          "a forged amount in the code",
          JSON.stringify(asked.customData) === '{"amount":10}',
          "the phone shows the website's",
        ),
        holds("a forged app in the code", asked.app?.name !== "Your bank", "the phone shows the operator's"),
      );
      return { tries };
    },
  },
  {
    threat: "T24",
    title: "Clock skew: a screen or phone with a wrong clock",
    defence: "core",
    async play({ website, victim }) {
      const screen = await website.open();
      const asked = must("MarkScanned", await victim.scan(screen.qrContent));
      const status = must("WatchStatus", await website.status(screen));
      const durations = [screen.remainingDuration, asked.remainingDuration, status.remainingDuration];
      return {
        tries: [
          holds(
            "remaining durations",
            durations.every((left) => (left?.seconds ?? 0) > 0),
            "sent beside the time",
          ),
        ],
      };
    },
  },
  {
    threat: "T33",
    title: "Malformed traffic: fields beyond their limits",
    defence: "core",
    async play({ website, victim }) {
      const huge = "x".repeat(40_000);
      return {
        tries: [
          rejected(
            "a large user agent",
            await website.tryOpen({ requester: { userAgent: huge } }),
            "INVALID_REQUEST",
          ),
          rejected(
            "an address that is none",
            await website.tryOpen({ requester: { ipAddress: "evil" } }),
            "INVALID_REQUEST",
          ),
          rejected("large custom data", await website.tryOpen({ customData: { huge } }), "INVALID_REQUEST"),
          rejected("a scene in lower case", await website.tryOpen({ scene: "<script>" }), "INVALID_REQUEST"),
          rejected(
            "a negative lifetime",
            await website.tryOpen({ ttl: { seconds: -1, nanos: 0 } }),
            "INVALID_REQUEST",
          ),
          rejected("a long ticket id", await victim.authorize(huge), "INVALID_REQUEST"),
          rejected("a huge code", await victim.scan(huge), "QR_CONTENT_INVALID"),
          rejected("a braced ticket id", await victim.scanId("{a}*"), "TICKET_NOT_FOUND"),
        ],
      };
    },
  },
];
