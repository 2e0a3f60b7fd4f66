import { readFileSync } from "node:fs";
import { ContextSource, type MarkScannedResponse } from "../../src/client/index.js";

/** The published texts of the screens of a phone: see docs/phone.md. */
const { screen: texts } = JSON.parse(
  readFileSync(new URL("../../src/demo/pages/phone/messages.json", import.meta.url), "utf8"),
) as { readonly screen: Readonly<Record<string, { readonly en: string }>> };

/**
 * Returns a published English text with the name of the app filled in.
 *
 * @throws Error if there is no such text.
 */
export function screenText(name: string, { app = "" }: { readonly app?: string | undefined } = {}): string {
  const text = texts[name]?.en;
  if (text === undefined) throw new Error(`src/demo/pages/phone/messages.json has no text screen.${name}`);
  return text.replaceAll("{app}", app);
}

/** Returns the lines that a victim reads before the decision. All of them come from the target, none from the code. */
export function linesBeforeApproval({ app, requester, ...scanned }: MarkScannedResponse): readonly string[] {
  const name = app?.name;
  const items = [
    { text: requester?.ipAddress, source: requester?.ipAddressSource },
    { text: requester?.userAgent, source: requester?.userAgentSource },
    { text: requester?.deviceName, source: requester?.deviceNameSource },
    { text: requester?.location, source: requester?.locationSource },
    { text: toText(scanned.customData), source: scanned.customDataSource },
  ].filter(({ text }) => text);
  const { OBSERVED_BY_GATEWAY, STATED_BY_APP } = ContextSource;
  const groups = [
    ["observedTitle", items.filter(({ source }) => source === OBSERVED_BY_GATEWAY)],
    ["statedTitle", items.filter(({ source }) => source === STATED_BY_APP)],
    [
      "claimedTitle",
      items.filter(({ source }) => source !== OBSERVED_BY_GATEWAY && source !== STATED_BY_APP),
    ],
  ] as const;
  return [
    screenText("askTitle", { app: name }).replace(" as {user}", ""),
    ...groups.flatMap(([title, shown]) =>
      shown.length > 0
        ? [`${screenText(title, { app: name })}: ${shown.map(({ text }) => JSON.stringify(text)).join(", ")}`]
        : [],
    ),
    screenText("askQuestion"),
  ];
}

function toText(customData: Readonly<Record<string, unknown>> | undefined): string {
  return customData && Object.keys(customData).length > 0 ? JSON.stringify(customData) : "";
}

/** Returns the lines that a victim reads after the approval. */
export function linesAfterApproval({ app }: MarkScannedResponse, checkCode: string): readonly string[] {
  if (checkCode === "") return [screenText("approvedTitle", { app: app?.name })];
  return [`${checkCode.replace(/\d/g, "#")}`];
}
