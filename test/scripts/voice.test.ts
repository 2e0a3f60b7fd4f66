import { describe, expect, it } from "vitest";
import { checkVoice, titlesIn } from "../../scripts/voice.js";

const rulesBroken = (file: string, text: string) =>
  checkVoice(file, text).map(({ rule, line }) => `${rule} ${line}`);

describe("the check of the voice", () => {
  it.each([
    "What is there.",
    "Who asks.",
    "Whoever asks.",
    "How long it takes.",
    "Where it listens.",
    "Whether it runs.",
    "That it runs.",
    "The one that runs.",
  ])("finds the doc comment %j", (comment) => {
    expect(rulesBroken("src/a.ts", `const a = 1;\n/** ${comment} */`)).toEqual(["doc comment 2"]);
    expect(rulesBroken("src/a.ts", `/**\n * ${comment}\n */`)).toEqual(["doc comment 1"]);
  });

  it("accepts a doc comment that begins with a verb or a noun", () => {
    expect(
      rulesBroken("src/a.ts", "/** Returns what is there. */\n/** Thatched roofs. */\n// What for?"),
    ).toEqual([]);
  });

  it("finds a comment of more than 120 columns, and no code of that width", () => {
    const words = "word ".repeat(24);
    expect(rulesBroken("src/a.ts", `// ${words}\n/** ${words}*/\n * ${words}`)).toEqual([
      "width 1",
      "width 2",
      "width 3",
    ]);
    expect(
      rulesBroken("src/a.ts", `const a = "${words}";\n// https://example.com/${"a".repeat(120)}`),
    ).toEqual([]);
  });

  it("finds prose of more than 160 columns in a document, outside of tables and code", () => {
    const words = "word ".repeat(33);
    expect(rulesBroken("README.md", `${words}\n| ${words} |\n\`\`\`sh\n${words}\n\`\`\`\n${words}`)).toEqual([
      "width 1",
      "width 6",
    ]);
  });

  it("finds titles that are empty, shorter than three words, or twice in a file", () => {
    const calls = [
      "it('')",
      'test("works")',
      "it.each([1])(`is told by %s`)",
      'it.skipIf(a("("))("is told by %s")',
    ];
    expect(rulesBroken("test/a.test.ts", calls.join("\n"))).toEqual(["title 1", "title 2", "title 4"]);
    expect(rulesBroken("test/a.ts", "it('')")).toEqual([]);
  });

  it("reads the title after the table of a test, whatever the table holds", () => {
    const table = `it.each([\n  // it's "one\n  ["a)", \`b(\`, "\\"("],\n] as const)(\n  "is %s \\"now\\"", () => {})`;
    expect(titlesIn(table)).toEqual([{ title: 'is %s \\"now\\"', index: 0 }]);
    expect(titlesIn("pattern.test('a b c');\n  it.each(rows)('%s', () => {})")).toEqual([
      { title: "%s", index: 25 },
    ]);
  });
});
