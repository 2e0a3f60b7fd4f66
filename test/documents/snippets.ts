/** Returns the text of a file, by its path in the repository. */
export type ReadSource = (path: string) => string;

/**
 * Code block of a document that is cut out of a source. A comment before it names the source, and the snippets if it is
 * not the whole file:
 *
 *     <!-- snippet: clients/go/examples/website/main.go sign-in -->
 */
const cutBlock = /^<!-- snippet: (?<path>\S+)(?<names>(?: \S+)*) -->\n(?<fence>```\w*\n)(?:.*?^)??```$/gms;

/** Any mention of a snippet, also one that {@link cutBlock} cannot read. */
const mention = /<!--\s*snippet\b/g;

const startMark = /^\s*(?:\/\/|#|<!--) snippet: (?<name>\S+)/;
const endMark = /^\s*(?:\/\/|#|<!--) end snippet\b/;

/**
 * Returns a document with each snippet as it is in its source.
 *
 * @throws Error when a comment cannot be read or has no code block, and when a source lacks a snippet.
 */
export function renderSnippets(document: string, readSource: ReadSource): string {
  const mentions = document.match(mention)?.length ?? 0;
  let found = 0;
  const rendered = document.replace(cutBlock, (_block, path: string, names: string, fence: string) => {
    found++;
    const code = cut(path, readSource(path), names.trim().split(" ").filter(Boolean));
    return `<!-- snippet: ${path}${names} -->\n${fence}${code}\`\`\``;
  });
  if (found !== mentions) throw new Error(`${mentions - found} of ${mentions} snippets have no code block`);
  return rendered;
}

/** Returns the snippets of a source with a blank line between them, or all of it. Without marks. */
function cut(path: string, source: string, names: readonly string[]): string {
  const snippets = snippetsOf(path, source);
  if (names.length === 0) {
    return source.replace(/.*\n/g, (line) => (startMark.test(line) || endMark.test(line) ? "" : line));
  }
  const texts = names.map((name) => {
    const text = snippets.get(name);
    if (text === undefined) throw new Error(`${path} has no snippet ${name}`);
    return text;
  });
  return texts.join("\n");
}

/**
 * Returns the snippets of a source by name, each without the indentation that its lines share, and without the blank
 * lines that formatters put between code and marks.
 */
function snippetsOf(path: string, source: string): ReadonlyMap<string, string> {
  const snippets = new Map<string, string>();
  let open: { readonly name: string; readonly lines: string[] } | undefined;
  for (const line of source.split("\n")) {
    const name = startMark.exec(line)?.groups?.name;
    if (name !== undefined) {
      if (open) throw new Error(`${path}: snippet ${name} begins inside snippet ${open.name}`);
      if (snippets.has(name)) throw new Error(`${path} has two snippets ${name}`);
      open = { name, lines: [] };
    } else if (endMark.test(line)) {
      if (!open) throw new Error(`${path} ends a snippet that has not begun`);
      snippets.set(open.name, unindent(withoutBlankEnds(open.lines)));
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  if (open) throw new Error(`${path}: snippet ${open.name} has no end`);
  return snippets;
}

function withoutBlankEnds(lines: readonly string[]): readonly string[] {
  const isText = (line: string) => line.trim() !== "";
  return lines.slice(Math.max(0, lines.findIndex(isText)), lines.findLastIndex(isText) + 1);
}

function unindent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line !== "").map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const shared = Math.min(...indents);
  return lines.map((line) => `${line.slice(shared)}\n`).join("");
}
