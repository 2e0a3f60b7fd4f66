import { languageVersions } from "../../../gen/widget/languages.js";
import { apiRoot } from "../api.js";
import type { Texts } from "../view/texts.js";

/** Time-out of a language, in milliseconds. The widget shows nothing until then. */
const timeoutMs = 3_000;

/** Texts besides the English ones, by the first part of the language's code. */
const loadedTexts = new Map<string, Partial<Texts>>();

/** Returns `zh` for `zh-Hans-CN`. */
const codeOf = (language: string): string => language.toLowerCase().split("-", 1)[0] ?? "";

/** Returns the texts of a language (BCP 47) that has been loaded. */
export const textsOf = (language: string): Partial<Texts> | undefined => loadedTexts.get(codeOf(language));

/** Adds the texts of a language, which is then not loaded from the gateway. */
export function addLanguage(code: string, texts: Partial<Texts>): void {
  loadedTexts.set(code, texts);
}

/**
 * Loads the texts of a language from the gateway. Returns undefined if they are not needed: they are there already, or
 * the gateway has none. Otherwise resolves in any case, because the English ones take the place of missing ones.
 */
export function loadLanguage(language: string, gateway: string | undefined): Promise<void> | undefined {
  const code = codeOf(language);
  const version = languageVersions[code];
  if (version === undefined || loadedTexts.has(code)) return undefined;
  const url = `${apiRoot(gateway)}/languages/${code}.json?v=${version}`;
  return fetch(url, { credentials: "omit", signal: AbortSignal.timeout(timeoutMs) })
    .then((response) => (response.ok ? response.json() : undefined))
    .then((texts: unknown) => {
      if (typeof texts === "object" && texts !== null) addLanguage(code, texts);
    })
    .catch(() => {});
}

/** Returns the language of the page where the element is. */
export const detectLanguage = (host: HTMLElement): string =>
  host.closest<HTMLElement>("[lang]")?.lang || document.documentElement.lang || navigator.language;
