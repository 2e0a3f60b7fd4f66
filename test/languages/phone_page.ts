import { readFileSync } from "node:fs";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** A text in the languages of the demo phone. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

/** A text for an error, with the next step of the app. */
export interface ErrorText extends Text {
  readonly next: string;
}

/** The texts for apps, and those that only the demo needs. */
export interface Messages {
  readonly errors: Readonly<Record<string, ErrorText>>;
  readonly screen: Readonly<Record<string, Text>>;
  readonly demo: Readonly<Record<string, Text>>;
}

export const messages: Messages = JSON.parse(read("src/demo/pages/phone/messages.json"));

/** The page, docs/phone.md. */
export const page = read("docs/phone.md");

/** Returns the page with the tables of messages as they are in messages.json. */
export function renderPage(): string {
  const errorRows = Object.entries(messages.errors).map(([reason, { next, en, zh }]) => [
    reason,
    `\`${next}\``,
    en,
    zh,
  ]);
  const screenRows = Object.entries(messages.screen).map(([name, { en, zh }]) => [`\`${name}\``, en, zh]);
  let rendered = replaceTable(page, "| reason | next step | English | 中文 |", errorRows);
  rendered = replaceTable(rendered, "| name | English | 中文 |", screenRows);
  return rendered;
}

function replaceTable(text: string, header: string, rows: readonly (readonly string[])[]): string {
  const start = text.indexOf(`${header}\n`);
  if (start < 0) throw new Error(`docs/phone.md has no table ${header}`);
  const afterHeader = start + header.length + 1;
  const ruleEnd = text.indexOf("\n", afterHeader) + 1;
  const end = ruleEnd + (/^(?:\|.*\n)*/.exec(text.slice(ruleEnd))?.[0].length ?? 0);
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |\n`);
  return text.slice(0, ruleEnd) + lines.join("") + text.slice(end);
}
