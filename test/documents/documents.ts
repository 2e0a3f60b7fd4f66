import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Returns the text of a file, by its path in the repository. */
export const readSource = (path: string): string => readFileSync(`${root}${path}`, "utf8");

/** Paths of the documents with code: README.md, those in docs/, and those of the small packages. */
export const documents: readonly string[] = [
  "README.md",
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
    .sort(),
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/README.md`),
];

/** Paths of the documents beside the clients of other languages. */
export const clientDocuments: readonly string[] = readdirSync(`${root}clients`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(`${root}clients/${entry.name}/README.md`))
  .map(({ name }) => `clients/${name}/README.md`);

/** Code block of a document. */
export interface CodeBlock {
  /** Path of the document. */
  readonly document: string;
  /** Line of its fence, from 1. */
  readonly line: number;
  /** Language, such as `ts`. */
  readonly kind: string;
  readonly code: string;
  /** True if it is cut out of a source; see snippets.ts. */
  readonly isSnippet: boolean;
}

/** Returns the code blocks of a document. */
export function codeBlocksOf(document: string): readonly CodeBlock[] {
  const text = readSource(document);
  const blocks = text.matchAll(/^(?<mark><!-- snippet: [^\n]*\n)?```(?<kind>\w+)\n(?<code>.*?)^```$/gms);
  return [...blocks].map(({ index, groups }) => ({
    document,
    line: text.slice(0, index).split("\n").length + (groups?.mark ? 1 : 0),
    kind: groups?.kind ?? "",
    code: groups?.code ?? "",
    isSnippet: groups?.mark !== undefined,
  }));
}
