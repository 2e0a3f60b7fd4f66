import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { documents, readSource } from "./documents.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** All documents of the repository. */
const linking = [
  ...documents,
  ...readdirSync(root).filter((name) => /^(?!README).*\.md$/.test(name)),
  ...["bench", "clients", "conformance", "proto"].flatMap((folder) =>
    [folder, ...readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}`)]
      .map((path) => `${path}/README.md`)
      .filter((path) => existsSync(`${root}${path}`)),
  ),
];

/** Returns a document without its code. */
const proseOf = (path: string) =>
  readSource(path)
    .replace(/^```.*?^```$/gms, "")
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ""));

/** Returns the anchors of a document's headings, as GitHub makes them. */
function anchorsOf(path: string): ReadonlySet<string> {
  const headings = [...proseOf(path).matchAll(/^#+ (?<heading>.*)$/gm)];
  return new Set(
    headings.map(({ groups }) =>
      (groups?.heading ?? "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/ /g, "-"),
    ),
  );
}

it.each(linking.map((path) => [path]))("every link of %s leads to a file and a heading", (path) => {
  const links = [...proseOf(path).matchAll(/\]\((?!\w+:)(?<file>[^)#\s]*)(?:#(?<anchor>[^)\s]*))?\)/g)];
  const broken = links.filter(({ groups }) => {
    const { file = "", anchor } = groups ?? {};
    const target = file === "" ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
