import { en } from "../languages/en.js";
import { textsOf } from "../languages/loaded_texts.js";
import type { Texts } from "../languages/texts.js";

/** Texts under the names that the Authing SDK uses. */
export interface Tips {
  readonly title?: string;
  readonly scanned?: string;
  readonly succeed?: string;
  readonly canceled?: string;
  readonly expired?: string;
  readonly retry?: string;
  readonly failed?: string;
  /** Text over the code. */
  readonly middleTitle?: string;
  /** Text below the code. */
  readonly referText?: string;
}

/**
 * Returns the texts for a language (BCP 47): the page's own where it sets them, and built-in ones otherwise.
 * These are English for a language that is unknown or not loaded.
 */
export function mergeTexts(
  language: string,
  {
    tips = {},
    texts = {},
  }: { readonly tips?: Tips | undefined; readonly texts?: Partial<Texts> | undefined },
): Texts {
  const builtInTexts = { ...en, ...textsOf(language) };
  return {
    ...builtInTexts,
    // A page that replaces the text below the code wants to see it there.
    steps: (texts.waiting ?? tips.referText) === undefined ? builtInTexts.steps : [],
    ...withoutUndefined({
      title: tips.title,
      scanned: tips.scanned,
      succeeded: tips.succeed,
      cancelled: tips.canceled,
      expired: tips.expired,
      retry: tips.retry,
      failed: tips.failed,
      waiting: tips.referText,
    }),
    ...withoutUndefined(texts),
  };
}

/** Texts of errors, by their reasons. Any other error is `failed`. */
const textByReason: Readonly<Record<string, keyof Texts>> = {
  ORIGIN_NOT_ALLOWED: "misconfigured",
  APP_UNKNOWN: "misconfigured",
  APP_UNAUTHENTICATED: "misconfigured",
  NO_GATEWAY: "misconfigured",
  INVALID_REQUEST: "misconfigured",
  CODE_CHALLENGE_REQUIRED: "misconfigured",
  EXCHANGE_NOT_ALLOWED: "misconfigured",
  COOKIE_MISSING: "cookiesBlocked",
  HTTPS_REQUIRED: "insecure",
  SIGN_IN_DISABLED: "disabled",
  RATE_LIMITED: "busy",
  TOO_MANY_TICKETS: "busy",
  OFFLINE: "unreachable",
  UNREADABLE: "unreachable",
  CSP_BLOCKED: "misconfigured",
  MIXED_CONTENT: "misconfigured",
};

/** Returns the text of an error: what happened, and what the user can do. */
export const describeFailure = (reason: string, texts: Texts): string =>
  String(texts[textByReason[reason] ?? "failed"]);

/**
 * Returns the language of the texts: the page's language if the page has replaced all built-in texts, or else
 * that of the built-in texts.
 */
export function languageOf(texts: Texts, language: string): string {
  const english: unknown[] = Object.values(en);
  return textsOf(language) || Object.values(texts).every((text) => !english.includes(text)) ? language : "en";
}

function withoutUndefined(
  texts: { readonly [Name in keyof Texts]?: Texts[Name] | undefined },
): Partial<Texts> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
