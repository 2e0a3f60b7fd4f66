import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { titlesIn } from "../../scripts/voice.js";
import { parseStatement, problemsOf } from "./statement.js";

const root = new URL("../../", import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, root), "utf8");
const document = textOf("docs/security/cross-device.md");

/** Section 6.1 of RFC 10027, with its titles. */
const mitigations = [
  "Establish Proximity",
  "Short-Lived/Time-Bound QR or User Codes",
  "One-Time or Limited-Use Codes",
  "Unique Codes",
  "Content Filtering",
  "Detect and Remediate",
  "Trusted Devices",
  "Trusted Networks",
  "Limited Scopes",
  "Short-Lived Tokens",
  "Rate Limits",
  "Sender-Constrained Tokens",
  "User Education",
  "User Experience",
  "Authenticate then Initiate",
  "Request Initiation Verification",
  "Request Binding with Out-of-Band Data",
].map((name, index) => `6.1.${index + 1} ${name}`);

const unusedThreats = ["T19", "T22", "T25"];
const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

function titlesOf(file: string): string[] | undefined {
  const url = new URL(`test/${file}`, root);
  return existsSync(url) ? titlesIn(readFileSync(url, "utf8")).map(({ title }) => title) : undefined;
}

describe("the statement on attacks across devices", () => {
  const statement = parseStatement(document);

  test("the statement has a row for every mitigation of the BCP, with its section and title", () => {
    expect(statement.mitigations.map(({ id, name }) => `${id} ${name}`)).toEqual(mitigations);
  });

  test("the statement has a row for every threat and every published flaw", () => {
    const threats = numbered("T", 36).filter((id) => !unusedThreats.includes(id));
    expect(statement.threats.map(({ id }) => id)).toEqual(threats);
    expect(statement.flaws.map(({ id }) => id)).toEqual(numbered("F", 6));
  });

  test("every claim of the statement has a known status, known attackers and tests that exist", () => {
    expect(problemsOf(statement, titlesOf)).toEqual([]);
  });

  test("the files that the statement links to are there", () => {
    const targets = [...document.matchAll(/\]\((?<target>[^):\s]+)\)/g)].map(
      ({ groups }) => groups?.target ?? "",
    );
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) {
      const [path = "", anchor] = target.split("#");
      const url = path === "" ? undefined : new URL(`docs/security/${path}`, root);
      const text = url ? readFileSync(fileURLToPath(url), "utf8") : document;
      if (anchor) expect(headingAnchorsOf(text), target).toContain(anchor);
    }
  });

  test("the statement is in the package, and README and SECURITY.md link to it", () => {
    expect(JSON.parse(textOf("package.json")).files).toContain("docs");
    for (const file of ["README.md", "SECURITY.md"]) {
      expect(textOf(file).includes("](docs/security/cross-device.md)"), file).toBe(true);
    }
  });
});

/** A document with one row in each table, all of whose claims hold. */
const sound = `
## Attackers
| attacker | does |
|---|---|
| picture | |
| live page | |
| caller | |

## Mitigations of the BCP
| § | mitigation | status | here | stops | hinders | does not stop |
|---|---|---|---|---|---|---|
| 6.1.1 | Lock | option | a lock | picture | – | live page, caller |

## Threats
| # | threat | status | attacker | answer | remains |
|---|---|---|---|---|---|
| T1 | Theft | ours + site | picture | a door | a window |

## Published flaws
| # | flaw | status | attacker | answer | remains |
|---|---|---|---|---|---|
| F1 | Gap | planned | – | a wall | – |

## Tests
| row | file | title |
|---|---|---|
| 6.1.1 | \`lock.test.ts\` | the lock holds |
| T1 | \`door.test.ts\` | the door holds |
`;

const titles: Record<string, string[]> = {
  "lock.test.ts": ["the lock holds"],
  "door.test.ts": ["the door holds", "the hinge holds"],
};

describe("the check of the statement", () => {
  test("the check has nothing against claims that hold", () => {
    expect(problemsOf(parseStatement(sound), (file) => titles[file])).toEqual([]);
  });

  test.each([
    [
      "a defence without a test",
      "| T1 | `door.test.ts` | the door holds |\n",
      "",
      "T1: claims a defence without a test",
    ],
    [
      "a test that is not there",
      "the lock holds |",
      "the bolt holds |",
      '6.1.1: test/lock.test.ts has no test "the bolt holds"',
    ],
    [
      "a file that is not there",
      "`lock.test.ts`",
      "`bolt.test.ts`",
      "6.1.1: there is no file test/bolt.test.ts",
    ],
    [
      "a test in another file",
      "`lock.test.ts`",
      "`door.test.ts`",
      '6.1.1: test/door.test.ts has no test "the lock holds"',
    ],
    [
      "a status that is unknown",
      "ours + site",
      "ours + safe",
      'T1: the status "ours + safe" is unknown or out of order',
    ],
    [
      "a test of a plan",
      "| T1 | `door",
      "| F1 | `door.test.ts` | the hinge holds |\n| T1 | `door",
      "F1: names a test, but claims no defence",
    ],
    [
      "a test of no row",
      "| T1 | `door",
      "| T2 | `door.test.ts` | the hinge holds |\n| T1 | `door",
      "T2: a test for a row that is missing",
    ],
    [
      "a relay about which nothing is said",
      "live page, caller |",
      "caller |",
      '6.1.1: says nothing about "live page"',
    ],
    ["a relay that is both stopped and not", "| – | live", "| picture | live", '6.1.1: "picture" twice'],
    ["an unknown attacker", "| – | live", "| burglar | live", '6.1.1: unknown attacker "burglar"'],
    [
      "an unknown attacker of a threat",
      "| picture | a door",
      "| burglar | a door",
      'T1: unknown attacker "burglar"',
    ],
    ["a row that does not say what remains", "| a window |", "| |", "T1: empty cell"],
  ])("the check finds %s", (_, search, replacement, problem) => {
    expect(problemsOf(parseStatement(sound.replace(search, replacement)), (file) => titles[file])).toEqual([
      problem,
    ]);
  });

  test("the check finds a table that is missing", () => {
    expect(() => parseStatement(sound.replace("## Threats", "## Dangers"))).toThrow(
      'no table under "Threats"',
    );
  });
});

function headingAnchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (?<title>.+)$/gm)].map(({ groups }) =>
    (groups?.title ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
