import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../docs/other-languages.md", import.meta.url), "utf8");

/** Code blocks of a section, by the language of the block. */
export type Section = Readonly<Record<string, string | undefined>>;

/** Sections of docs/other-languages.md that generate code, by title. Blocks of one language are joined. */
export const sections: ReadonlyMap<string, Section> = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => {
      const blocks: Record<string, string> = {};
      for (const [, kind = "", code = ""] of text.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
        blocks[kind] = (blocks[kind] ?? "") + code;
      }
      return [text.slice(0, text.indexOf("\n")), blocks];
    }),
);

/**
 * Returns a code block of a section.
 *
 * @throws Error if there is none.
 */
export function blockOf(title: string, kind: string): string {
  const block = sections.get(title)?.[kind];
  if (block === undefined) throw new Error(`docs/other-languages.md has no ${kind} under "${title}"`);
  return block;
}
