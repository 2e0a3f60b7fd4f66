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
  const { succeed: succeeded, canceled: cancelled, referText: waiting, ...sameNames } = tips;
  return {
    ...builtInTexts,
    // A page that replaces the text below the code wants to see it there.
    ...((texts.waiting ?? waiting) !== undefined && { steps: [] }),
    ...withoutUndefined({ ...sameNames, succeeded, cancelled, waiting }),
    ...withoutUndefined(texts),
  };
}

/** Texts of errors, by the beginnings of their reasons. Any other error is `failed`. */
const failures: readonly (readonly [RegExp, keyof Texts])[] = [
  [/^COOKIE/, "cookiesBlocked"],
  [/^HTTPS/, "insecure"],
  [/^(ORIGIN|APP_|NO_GATEWAY|INVALID|CODE_CHALLENGE_R|EXCHANGE|CSP|MIXED)/, "misconfigured"],
];

/** Returns the text of an error: what happened, and what the user can do. */
export const describeFailure = (reason: string, texts: Texts): string =>
  String(texts[failures.find(([pattern]) => pattern.test(reason))?.[1] ?? "failed"]);

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
