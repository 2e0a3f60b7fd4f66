import { describe, expect, it } from "vitest";
import { clientDocuments, documents, readSource } from "./documents.js";
import { renderSnippets } from "./snippets.js";

const block = (source: string, code: string) => `<!-- snippet: ${source} -->\n\`\`\`go\n${code}\`\`\`\n`;

const go = [
  "package main",
  "func main() {",
  "\t// snippet: call",
  "\tif true {",
  "\t\tcall()",
  "",
  "\t}",
  "\t// end snippet",
  "\t# snippet: end",
  "\tend()",
  "\t# end snippet",
  "}",
  "",
].join("\n");

const render = (document: string, source = go) => renderSnippets(document, () => source);

describe("snippets of documents", () => {
  // `npx vitest run test/documents/snippets -u` writes them.
  it.each([...documents, ...clientDocuments].map((path) => [path]))(
    "%s shows its snippets as they are in the sources",
    async (path) => {
      await expect(renderSnippets(readSource(path), readSource)).toMatchFileSnapshot(`../../${path}`);
    },
  );

  it("a snippet is shown without the indentation that its lines share", () => {
    expect(render(`Text.\n\n${block("a.go call", "old\n")}More.\n`)).toBe(
      `Text.\n\n${block("a.go call", "if true {\n\tcall()\n\n}\n")}More.\n`,
    );
  });

  it("a snippet is shown without blank lines between it and its marks", () => {
    const source = "// snippet: a\n\n//go:embed a\n\nvar a string\n\n\n// end snippet\n";
    expect(render(block("a.go a", ""), source)).toBe(block("a.go a", "//go:embed a\n\nvar a string\n"));
    expect(render(block("a.go a", "old\n"), "// snippet: a\n\n// end snippet\n")).toBe(block("a.go a", ""));
  });

  it("several snippets are shown with a blank line between them, and a whole file without marks", () => {
    expect(render(block("a.go end call", ""))).toBe(
      block("a.go end call", "end()\n\nif true {\n\tcall()\n\n}\n"),
    );
    expect(render(block("a.go", "old\n"))).toBe(block("a.go", go.replace(/.*snippet.*\n/g, "")));
  });

  it("a code block without a comment is left as it is", () => {
    const document = `\`\`\`go\ncode\n\`\`\`\n\n${block("a.go end", "end()\n")}`;
    expect(render(document)).toBe(document);
  });

  it.each([
    ["a.go has no snippet other", block("a.go other", ""), go],
    ["1 of 1 snippets have no code block", "<!-- snippet: a.go call -->\n\n```go\n```\n", go],
    ["1 of 2 snippets have no code block", `${block("a.go call", "")}<!--snippet: a.go -->\n`, go],
    ["a.go has two snippets call", block("a.go call", ""), go + go],
    ["a.go: snippet call has no end", block("a.go call", ""), "// snippet: call\n"],
    ["a.go: snippet b begins inside snippet a", block("a.go a", ""), "// snippet: a\n// snippet: b\n"],
    ["a.go ends a snippet that has not begun", block("a.go a", ""), "// end snippet\n"],
  ])("rejects a document or source with the error: %s", (message, document, source) => {
    expect(() => render(document, source)).toThrow(message);
  });
});
