import type { Texts } from "./texts.js";

/** Texts besides the English ones, by the first part of the language's code. */
const loadedTexts = new Map<string, Partial<Texts>>();

/** Returns `zh` for `zh-Hans-CN`. */
export const codeOf = (language: string): string => language.toLowerCase().split("-", 1)[0] ?? "";

/** Returns the texts of a language (BCP 47) that has been loaded. */
export const textsOf = (language: string): Partial<Texts> | undefined => loadedTexts.get(codeOf(language));

/**
 * Adds a language (BCP 47) for all widgets that start later. It is then not loaded from the gateway. Missing texts
 * are English.
 */
export function addLanguage(language: string, texts: Partial<Texts>): void {
  loadedTexts.set(codeOf(language), texts);
}
