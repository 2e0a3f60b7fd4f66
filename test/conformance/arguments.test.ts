import { expect, test } from "vitest";
import { runProgram } from "../../conformance/player/program.js";

const tsx = ["node", "--import", "tsx", "conformance/main.ts"] as const;

test.each([
  { parameters: ["--bogus"], message: /--bogus/ },
  { parameters: ["--scenario"], message: /--scenario <value>/ },
  { parameters: ["klingon"], message: /^unknown language klingon: there are typescript, go/ },
  { parameters: ["go", "--scenario", "no such scenario"], message: /^no scenario has "no such scenario"/ },
])("`npm run conformance` ends with 2 and one line for $parameters", async ({ parameters, message }) => {
  const end = await runProgram([...tsx, ...parameters], { timeoutMs: 60_000 });
  expect(end.code).toBe(2);
  expect(end.errorOutput).toMatch(message);
  expect(end.errorOutput.trim().split("\n")).toHaveLength(1);
});
