import { languageVersions } from "../../../gen/widget/languages.js";
import { apiRoot } from "../api.js";
import { addLanguage, codeOf, textsOf } from "./loaded_texts.js";

/** Time-out of a language, in milliseconds. The scan begins after it. */
const timeoutMs = 3_000;

/**
 * Loads the texts of a language from the gateway. Returns undefined if they are not needed: they are there already, or
 * the gateway has none. Otherwise resolves in any case, because the English ones take the place of missing ones.
 */
export function loadLanguage(language: string, gateway: string | undefined): Promise<void> | undefined {
  const code = codeOf(language);
  const version = languageVersions[code];
  if (version === undefined || textsOf(code)) return undefined;
  const url = `${apiRoot(gateway)}/languages/${code}.json?v=${version}`;
  return fetch(url, { credentials: "omit", signal: AbortSignal.timeout(timeoutMs) })
    .then((response) => (response.ok ? response.json() : undefined))
    .then((texts: unknown) => {
      // The page may have added its own in the meantime.
      if (typeof texts === "object" && texts !== null && !textsOf(code)) addLanguage(code, texts);
    })
    .catch(() => {});
}

/** Returns the language of the page where the element is. */
export const detectLanguage = (host: HTMLElement): string =>
  host.closest<HTMLElement>("[lang]")?.lang || document.documentElement.lang || navigator.language;
