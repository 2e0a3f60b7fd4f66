import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { formatProblem } from "../../../src/config/config_error.js";
import { loadConfig } from "../../../src/config/load_config.js";
import { app, collectReported, pool, temporaryFile } from "../../support/config_files.js";

/** Mistakes of operators, each with its title, its file or `$ VARIABLE=value`, and the lines that are reported. */
const book = fileURLToPath(new URL("mistakes.txt", import.meta.url));

interface Mistake {
  readonly title: string;
  readonly input: string;
}

const mistakes: readonly Mistake[] = readFileSync(book, "utf8")
  .split(/^=== /m)
  .filter((part) => part !== "")
  .map((part) => {
    const [title = "", ...lines] = part.split("\n");
    const input = lines.filter((line) => line !== "" && !line.startsWith("--> "));
    return { title, input: `${input.join("\n")}\n` };
  });

/** Apps and user pools of a file that has none of its own. */
const identities = { apps: [app], userPools: [pool] };

/** Returns the reported lines, with the file's name in place of its path. */
function report(input: string): readonly string[] {
  const isVariable = input.startsWith("$ ");
  const [name = "", value = ""] = isVariable ? input.slice(2).trimEnd().split(/=(.*)/s) : [];
  const env = Object.fromEntries(
    Object.entries({
      QRLOGIN_APPS: /^apps:/m.test(input) ? undefined : JSON.stringify(identities.apps),
      QRLOGIN_USER_POOLS: /^userPools:/m.test(input) ? undefined : JSON.stringify(identities.userPools),
      ...(isVariable && { [name]: value }),
    }).filter(([, text]) => text !== undefined),
  );
  const file = temporaryFile("qrlogin.yaml", isVariable ? "log: {}\n" : input);
  const problems = collectReported(() => loadConfig({ file, env, purpose: "check" }));
  // The keys themselves would change this file with every new setting.
  const shorten = (line: string) =>
    line.replaceAll(file, basename(file)).replace(/the keys here are [\w, ]+/, "the keys here are …");
  return problems.map((problem) => `--> ${shorten(formatProblem(problem))}`);
}

it("every mistake of an operator is reported with its place and its remedy", async () => {
  const reported = mistakes.map(({ title, input }) => `=== ${title}\n${input}${report(input).join("\n")}\n`);
  await expect(reported.join("")).toMatchFileSnapshot(book);
});

it("every mistake is a problem", () => {
  expect(mistakes.length).toBeGreaterThan(100);
  for (const { title, input } of mistakes) expect(report(input), title).not.toEqual([]);
});

it("no message repeats a secret", () => {
  for (const { input } of mistakes) expect(report(input).join("\n")).not.toMatch(/hunter2|SHOP_SECRET/);
});
