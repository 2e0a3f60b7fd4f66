import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findLogStatements, readDocumentedLines, rowOf } from "./log_lines.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const rows = readDocumentedLines(readFileSync(`${root}docs/logs.md`, "utf8"));
const statements = findLogStatements(`${root}src`);

/** Messages that are not in the statement that writes them, by the expression in their place. */
const indirectMessages: Readonly<Record<string, readonly string[]>> = {
  "log/log_rate_limiter.ts message": [
    ...["errors summarized", "requests summarized", "internal errors summarized"],
  ],
};

test("every line that the program can write is in docs/logs.md, with its level and its fields", () => {
  expect(statements.length).toBeGreaterThan(30);
  for (const { file, level, messages, fields } of statements) {
    for (const { text, isLiteral } of messages) {
      const known = isLiteral ? [text] : (indirectMessages[`${file} ${text}`] ?? []);
      expect(known, `${file}: the test cannot tell the message in "${text}"`).not.toEqual([]);
      for (const message of known) {
        const row = rowOf(rows, message);
        expect(row, `docs/logs.md has no row for "${message}" of ${file}`).toBeDefined();
        if (level !== undefined) expect(row?.levels, `level of "${message}"`).toContain(level);
        expect(row?.fields, `fields of "${message}"`).toEqual(expect.arrayContaining([...fields]));
      }
    }
  }
});

test("docs/logs.md has no line that the program does not write", () => {
  const written = statements.flatMap(({ file, messages }) =>
    messages.flatMap(({ text, isLiteral }) =>
      isLiteral ? [text] : (indirectMessages[`${file} ${text}`] ?? []),
    ),
  );
  expect(rows.length).toBeGreaterThan(30);
  for (const { message } of rows) {
    expect(
      written.some((text) => rowOf(rows, text)?.message === message),
      `nothing writes "${message}"`,
    ).toBe(true);
  }
});
