import { readFileSync } from "node:fs";
import { ContextSource, type MarkScannedResponse } from "../../src/client/index.js";

/** A published text in several languages. */
interface PublishedText {
  readonly en: string;
}

/** The published texts of a phone: see docs/phone.md. */
const texts = JSON.parse(
  readFileSync(new URL("../../src/demo/pages/phone/messages.json", import.meta.url), "utf8"),
) as Readonly<Record<"screen" | "errors", Readonly<Record<string, PublishedText>>>>;

function screenText(name: string, app = ""): string {
  const text = texts.screen[name]?.en;
  if (text === undefined) throw new Error(`messages.json has no text screen.${name}`);
  return text.replaceAll("{app}", app);
}

/** Returns the line with which the phone rejects a scan. */
export function lineOfRejection(reason: string): string {
  return texts.errors[reason]?.en ?? texts.errors.UNKNOWN?.en ?? reason;
}

/** Returns the lines that a victim reads before the decision. All of them come from the target, none from the code. */
export function linesBeforeApproval({ app, requester, ...scanned }: MarkScannedResponse): readonly string[] {
  const items = [
    { text: requester?.ipAddress, source: requester?.ipAddressSource },
    { text: requester?.userAgent, source: requester?.userAgentSource },
    { text: requester?.deviceName, source: requester?.deviceNameSource },
    { text: requester?.location, source: requester?.locationSource },
    { text: toText(scanned.customData), source: scanned.customDataSource },
  ].filter(({ text }) => text);
  const { OBSERVED_BY_GATEWAY, STATED_BY_APP } = ContextSource;
  const isClaim = (source: ContextSource | undefined) =>
    source !== OBSERVED_BY_GATEWAY && source !== STATED_BY_APP;
  const shown = (title: string, chosen: typeof items) =>
    chosen.length > 0
      ? [`${screenText(title, app?.name)}: ${chosen.map(({ text }) => JSON.stringify(text)).join(", ")}`]
      : [];
  return [
    // The kit does not know how the mobile app names its user.
    screenText("askTitle", app?.name).replace(" as {user}", ""),
    ...shown(
      "observedTitle",
      items.filter(({ source }) => source === OBSERVED_BY_GATEWAY),
    ),
    ...shown(
      "statedTitle",
      items.filter(({ source }) => source === STATED_BY_APP),
    ),
    ...shown(
      "claimedTitle",
      items.filter(({ source }) => isClaim(source)),
    ),
    screenText("askQuestion"),
    ...(scanned.checkCodeDigits > 0 ? [screenText("checkCodeNotice")] : []),
  ];
}

/** Returns the lines that a victim reads after the approval. Dots stand for the digits of the check code. */
export function linesAfterApproval({ app }: MarkScannedResponse, checkCode: string): readonly string[] {
  if (checkCode === "") return [screenText("approvedTitle"), screenText("approvedText", app?.name)];
  return [
    `${screenText("checkCodeTitle", app?.name)}: ${"\u2022".repeat(checkCode.length)}`,
    ...["checkCodeSecret", "checkCodeWarning", "checkCodeQuestion"].map((name) =>
      screenText(name, app?.name),
    ),
  ];
}

function toText(customData: Readonly<Record<string, unknown>> | undefined): string {
  return customData && Object.keys(customData).length > 0 ? JSON.stringify(customData) : "";
}
