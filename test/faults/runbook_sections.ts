import { readFileSync } from "node:fs";
import type { Scrape } from "../support/scrape.js";
import type { LogLine } from "../support/server.js";

/** Section of the run-book. */
export interface RunbookSection {
  readonly heading: string;
  readonly text: string;
  /** Lines of its blocks `text`: what a scrape and the log have shown. */
  readonly quoted: readonly string[];
  /** Its blocks `promql`. */
  readonly queries: readonly string[];
}

/** Returns the sections of a document: those with headings of the second level. */
export function readSections(path: string): readonly RunbookSection[] {
  const document = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const [, ...sections] = document.split(/^## /m);
  return sections.map((section) => {
    const blocks = (kind: string) =>
      [...section.matchAll(/^ *```(?<kind>\w+)\n(?<code>.*?)^ *```$/gms)].flatMap(({ groups }) =>
        groups?.kind === kind ? [groups.code ?? ""] : [],
      );
    return {
      heading: section.slice(0, section.indexOf("\n")),
      text: section,
      quoted: blocks("text").flatMap((code) => code.trim().split("\n")),
      queries: blocks("promql"),
    };
  });
}

/**
 * Returns whether a quoted line is true of the processes. It is an expression such as `name{label="value"} > 0`, which
 * holds if the sum of the selected series of one process does. Or it is a line of a log as JSON: the log may have
 * more fields, and any text in place of each `…`.
 */
export function isShown(quoted: string, scrapes: readonly Scrape[], lines: readonly LogLine[]): boolean {
  if (quoted.startsWith("{")) {
    const pattern: unknown = JSON.parse(quoted);
    return lines.some((line) => matches(line, pattern));
  }
  const { name, labels, operator, number } =
    /^(?<name>\w+)(?:\{(?<labels>[^}]*)\})? (?<operator>[<>]|==) (?<number>-?[\d.]+)$/.exec(quoted)?.groups ??
    {};
  if (name === undefined) throw new Error(`the run-book quotes neither a metric nor a line: ${quoted}`);
  const selected = [...(labels ?? "").matchAll(/(?<label>\w+)="(?<value>[^"]*)"/g)].map(
    ({ groups }) => [groups?.label ?? "", groups?.value ?? ""] as const,
  );
  return scrapes
    .filter(({ value }) => value(name, Object.fromEntries(selected)) !== undefined)
    .map(({ sum }) => sum(name, Object.fromEntries(selected)))
    .some((value) =>
      operator === ">"
        ? value > Number(number)
        : operator === "<"
          ? value < Number(number)
          : value === Number(number),
    );
}

function matches(actual: unknown, pattern: unknown): boolean {
  if (typeof pattern === "string" && typeof actual === "string") {
    const escaped = pattern.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("…", ".*");
    return new RegExp(`^${escaped}$`, "s").test(actual);
  }
  if (typeof pattern !== "object" || pattern === null) return actual === pattern;
  if (typeof actual !== "object" || actual === null) return false;
  return Object.entries(pattern).every(([key, value]) =>
    matches((actual as Record<string, unknown>)[key], value),
  );
}
