/** Statuses that a row can claim, in the order in which a row lists them. */
export const statuses = ["ours", "option", "site", "app", "planned", "not done"] as const;

/** Row of a table about a mitigation, a threat or a flaw. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly statuses: readonly string[];
  /** Remaining cells, after the status. In mitigations, all but the first name attackers; elsewhere, the first does. */
  readonly cells: readonly string[];
}

/** Test that a row names. */
export interface NamedTest {
  readonly row: string;
  /** Path below `test/`. */
  readonly file: string;
  readonly title: string;
}

/** Tables of docs/security/cross-device.md. */
export interface Statement {
  readonly attackers: readonly string[];
  readonly mitigations: readonly Row[];
  readonly threats: readonly Row[];
  readonly flaws: readonly Row[];
  readonly tests: readonly NamedTest[];
}

/** The attackers who relay a code, about each of which every mitigation has to say something. */
const relays = ["picture", "live page", "caller"];

/** Parses the document. Throws if it lacks one of the tables. */
export function parseStatement(document: string): Statement {
  const rows = (title: string) => tableUnder(document, title).map(toRow);
  return {
    attackers: tableUnder(document, "Attackers").map(([name = ""]) => name),
    mitigations: rows("Mitigations of the BCP"),
    threats: rows("Threats"),
    flaws: rows("Published flaws"),
    tests: tableUnder(document, "Tests").map(([row = "", file = "", title = ""]) => ({
      ...{ row, file: file.replaceAll("`", ""), title },
    })),
  };
}

/**
 * Returns the problems of the claims: unknown statuses and attackers, rows without the tests that their status needs,
 * and tests that are not there.
 *
 * @param titlesOf Returns the titles in a file below `test/`, or undefined if there is no such file.
 */
export function problemsOf(
  statement: Statement,
  titlesOf: (file: string) => readonly string[] | undefined,
): string[] {
  const { mitigations, threats, flaws, tests } = statement;
  const rows = [...mitigations, ...threats, ...flaws];
  const ids = new Set(rows.map(({ id }) => id));
  return [
    ...rows.flatMap((row) => [...statusProblems(row), ...testProblems(row, tests)]),
    ...mitigations.flatMap((row) => [
      ...attackerProblems(row, row.cells.slice(1), statement.attackers),
      ...silenceProblems(row),
    ]),
    ...[...threats, ...flaws].flatMap((row) =>
      attackerProblems(row, row.cells.slice(0, 1), statement.attackers),
    ),
    ...[...threats, ...flaws].filter(({ cells }) => cells.includes("")).map(({ id }) => `${id}: empty cell`),
    ...tests.filter(({ row }) => !ids.has(row)).map(({ row }) => `${row}: a test for a row that is missing`),
    ...tests.flatMap((test) => existenceProblems(test, titlesOf(test.file))),
    ...repeated(tests.map(({ row, file, title }) => `${row}: ${file}: "${title}"`)).map(
      (one) => `${one} twice`,
    ),
  ];
}

function statusProblems(row: Row): string[] {
  const expected = statuses.filter((status) => row.statuses.includes(status));
  const isKnown = expected.length > 0 && expected.join() === row.statuses.join();
  return isKnown ? [] : [`${row.id}: the status "${row.statuses.join(" + ")}" is unknown or out of order`];
}

function testProblems({ id, statuses: claimed }: Row, tests: readonly NamedTest[]): string[] {
  const needsTest = claimed.includes("ours") || claimed.includes("option");
  const hasTest = tests.some(({ row }) => row === id);
  if (needsTest === hasTest) return [];
  return [
    needsTest ? `${id}: claims a defence without a test` : `${id}: names a test, but claims no defence`,
  ];
}

function attackerProblems({ id }: Row, cells: readonly string[], attackers: readonly string[]): string[] {
  const named = namesIn(cells);
  return [
    ...named.filter((name) => !attackers.includes(name)).map((name) => `${id}: unknown attacker "${name}"`),
    ...repeated(named).map((name) => `${id}: "${name}" twice`),
  ];
}

function silenceProblems({ id, cells }: Row): string[] {
  const named = namesIn(cells.slice(1));
  return relays.filter((name) => !named.includes(name)).map((name) => `${id}: says nothing about "${name}"`);
}

function namesIn(cells: readonly string[]): string[] {
  return cells.flatMap((cell) => (cell === "–" ? [] : cell.split(", ")));
}

function existenceProblems({ row, file, title }: NamedTest, titles: readonly string[] | undefined): string[] {
  if (!titles) return [`${row}: there is no file test/${file}`];
  return titles.includes(title) ? [] : [`${row}: test/${file} has no test "${title}"`];
}

function repeated(texts: readonly string[]): string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index);
}

function toRow([id = "", name = "", status = "", ...cells]: readonly string[]): Row {
  return { id, name, statuses: status.split(" + "), cells };
}

/** Returns the cells of the rows of the last table under a heading of the second level. */
function tableUnder(document: string, title: string): string[][] {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
  const table = section?.match(/(?:^\|.*\n)+/gm)?.at(-1);
  if (!table) throw new Error(`no table under "${title}"`);
  return table
    .trimEnd()
    .split("\n")
    .slice(2)
    .map((line) => line.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.trim()));
}
