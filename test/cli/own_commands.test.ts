import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ownCommand } from "../../src/base/own_command.js";
import { serveBanner } from "../../src/cli/banner.js";
import { qrlogin } from "../support/process.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  scripts: Record<string, string>;
};

/** The subcommands of the program, as its help lists them. */
async function subcommands(): Promise<string[]> {
  const { stdout } = await qrlogin(["--help"]);
  return [...stdout.matchAll(/^ {2}([a-z-]+)(?: |$)/gm)].map(([, name = ""]) => name);
}

/** Sources of the program, by their paths, without comments. */
const sources = readdirSync(`${root}src`, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .sort()
  .map((path) => ({
    path,
    text: readFileSync(`${root}src/${path}`, "utf8").replace(/\/\*.*?\*\/|\/\/ [^\n]*/gs, ""),
  }));

describe("commands in messages", () => {
  it("no message names a command of npm but through ownCommand, or as a script that a clone has", () => {
    const found = sources.flatMap(({ path, text }) =>
      (text.match(/\bnpm (?:run|start|ci|test)\b(?: [\w:-]+)*|\bnpx [\w-]+/g) ?? []).map(
        (command) => `${path}: ${command.trim()}`,
      ),
    );
    expect(found).toEqual([
      "base/own_command.ts: npm run --silent qrlogin --",
      "base/own_command.ts: npx qrlogin",
      "cli/banner.ts: npm run website",
      "cli/banner.ts: npm run phone --",
      "cli/banner.ts: npm run example",
    ]);
  });

  it("every command that a message passes to ownCommand exists", async () => {
    const known = [...(await subcommands()), "", "--help"];
    const passed = sources.flatMap(({ text }) =>
      [...text.matchAll(/ownCommand\("([^"]*)"/g)].map(([, args = ""]) => args.split(" ")[0] ?? ""),
    );
    expect(passed).toEqual(expect.arrayContaining(["app-secret", "dev-token", "--help"]));
    expect(passed.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("the banner of an installed package names no script of the repository", () => {
    const installed = serveBanner("127.0.0.1:50051", "http://127.0.0.1:8080", false);
    expect(installed).not.toContain("npm run");
    expect(installed).toContain("get a user token:  npx qrlogin dev-token alice\n");
    expect(ownCommand("app-secret", false)).toBe("npx qrlogin app-secret");
  });

  it("the banner of a clone names scripts that package.json has", () => {
    const banner = serveBanner("127.0.0.1:50051", "http://127.0.0.1:8080", true);
    const named = [...banner.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name = ""]) => name);
    expect(named).toEqual(["website", "phone", "example", "qrlogin"]);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
