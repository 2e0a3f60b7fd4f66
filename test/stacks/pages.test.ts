import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSource } from "../documents/documents.js";
import { stacks } from "./stacks.js";

/** Files of an example that nobody writes by hand, or that the framework's own command creates. */
const isGenerated = (path: string) =>
  /\/((package|tsconfig)\.json|next\.config\.mjs|layout\.tsx|app\.module\.ts)$/.test(path);

/** Files that have nothing but the sign-out and "who am I", and come after the session cookie. */
const isAfterSignIn = (path: string) => /\/(app\.controller|(me|logout)\/route)\.ts$/.test(path);

/** Lines that a reader does not have to think about. */
const isIncidental = (line: string) => line.trim() === "" || /^\s*\/\/|^import |^"use client"/.test(line);

const names = [...new Set(stacks.map(({ name }) => name))];

/** Returns the paths of the files that a reader of the page writes. */
const ownFiles = (name: string): readonly string[] =>
  readdirSync(`examples/stacks/${name}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .filter((path) => !isGenerated(path) && !isAfterSignIn(path));

describe("the page of each stack", () => {
  it.each(stacks.map((stack) => [stack.title, stack] as const))(
    "%s: the page installs what the example needs, and starts it as the test does",
    (_title, { name, page = name, start }) => {
      const lines = readSource(`docs/stacks/${page}.md`).split("\n");
      const { dependencies } = JSON.parse(readSource(`examples/stacks/${name}/package.json`));
      const installed = lines
        .filter((line) => line.startsWith("npm install "))
        .map((line) => line.split(" ").slice(2));
      expect(installed.map((packages) => packages.toSorted())).toContainEqual(
        Object.keys(dependencies).toSorted(),
      );
      expect(lines).toContain(start);
    },
  );

  it.each(names)("%s: the reader writes fewer than 40 lines to the session cookie", (name) => {
    const lines = ownFiles(name).flatMap((file) => readSource(file).split("\n"));
    expect(lines.filter((line) => !isIncidental(line)).length).toBeLessThan(40);
  });

  it("the examples that share index.html have the same one", () => {
    const pages = names.flatMap(ownFiles).filter((file) => file.endsWith("index.html"));
    expect(new Set(pages.map(readSource)).size).toBe(1);
  });

  it("docs/stacks/README.md lists every page", () => {
    const listed = [...readSource("docs/stacks/README.md").matchAll(/\]\((\w+\.md)\)/g)].map(
      ([, file]) => file,
    );
    const pages = readdirSync("docs/stacks").filter((file) => file !== "README.md");
    expect(new Set(listed)).toEqual(new Set(pages));
  });
});
