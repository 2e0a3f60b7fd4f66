/** A place where the text of the repository breaks a rule of its voice. */
export interface Violation {
  readonly rule: "doc comment" | "width" | "title";
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Columns that a line of a comment may have. */
export const commentWidth = 120;

/** Columns that a line of a Markdown document may have, outside of tables and code. */
export const documentWidth = 160;

/** Words that begin a riddle and no description. */
const badOpening = /^(What|Who|Whoever|Whose|Whom|How|Where|Wherever|Whether|Whichever|That|The one)\b/;

/** Checks a file by the rules for its kind: Markdown, TypeScript, or anything else with comments of `//`. */
export function checkVoice(file: string, text: string): Violation[] {
  if (file.endsWith(".md")) return wideProse(file, text);
  return [
    ...wideComments(file, text),
    ...(/\.m?ts$/.test(file) ? badDocComments(file, text) : []),
    ...(file.endsWith(".test.ts") ? badTitles(file, text) : []),
  ];
}

function badDocComments(file: string, text: string): Violation[] {
  return [...text.matchAll(/\/\*\*[\s*]*(?<opening>[^\n]*)/g)]
    .filter(({ groups }) => badOpening.test(groups?.opening ?? ""))
    .map(({ index, groups }) => {
      const line = lineAt(text, index);
      return { rule: "doc comment", file, line, text: (groups?.opening ?? "").replace(/ ?\*\/$/, "") };
    });
}

function wideComments(file: string, text: string): Violation[] {
  return text.split("\n").flatMap((line, index) => {
    const isComment = /^\s*(\/\/|\/?\*)/.test(line);
    return isComment && isWide(line, commentWidth) ? [wide(file, index, line)] : [];
  });
}

function wideProse(file: string, text: string): Violation[] {
  let isCode = false;
  return text.split("\n").flatMap((line, index) => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    const isProse = !isCode && !/^\s*\|/.test(line);
    return isProse && isWide(line, documentWidth) ? [wide(file, index, line)] : [];
  });
}

/** Returns true if a line is too wide and can be broken, which a long address cannot. */
function isWide(line: string, width: number): boolean {
  return line.length > width && line.trim().split(/\s+/).length > 2;
}

const wide = (file: string, index: number, line: string): Violation => ({
  ...{ rule: "width", file, line: index + 1 },
  text: `${line.length} columns`,
});

function badTitles(file: string, text: string): Violation[] {
  const seen = new Set<string>();
  return titlesIn(text).flatMap(({ title, index }) => {
    const isKnown = seen.has(title);
    seen.add(title);
    // A placeholder alone stands for the sentences of a table.
    const isShort = title.trim().split(/\s+/).length < 3 && !/^[%$]\w+$/.test(title);
    if (!isShort && !isKnown) return [];
    const problem = isShort ? "fewer than three words" : "twice in this file";
    return [{ rule: "title" as const, file, line: lineAt(text, index), text: `${problem}: "${title}"` }];
  });
}

/** Returns the literal titles of `it`, `test` and their variants such as `it.each(…)`, with where they stand. */
export function titlesIn(text: string): { readonly title: string; readonly index: number }[] {
  return [...text.matchAll(/(?<=^[ \t]*)(?:it|test)(?:\.\w+)*(?=[(`<])/gm)].flatMap(({ 0: call, index }) => {
    const isCurried = /\.(each|for|skipIf|runIf)$/.test(call);
    const start = isCurried ? endOfArguments(text, index + call.length) : index + call.length;
    const [, quote, title = ""] = /^\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/s.exec(text.slice(start)) ?? [];
    return quote ? [{ title, index }] : [];
  });
}

/** Returns the index after the arguments that begin at `start`: a list in parentheses, or a template. */
function endOfArguments(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const character = text[index] ?? "";
    if (/["'`]/.test(character)) index = endOfString(text, index);
    else if (character === "/" && text[index + 1] === "/") index = text.indexOf("\n", index);
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    if (depth === 0) return index + 1;
  }
  return text.length;
}

/** Returns the index of the quote that ends a string. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === text[start]) return index;
  }
  return text.length;
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split("\n").length;
