import { describe, expect, it } from "vitest";
import { clientDocuments, readSource } from "./documents.js";

/** Sections that a reader finds in the README of each client, in this order (clients/README.md). */
const sections = [
  "Sign alice in",
  "Connections",
  "Deadlines and retries",
  "Errors",
  "The watch",
  "Limits",
  "Work on it",
];

describe("the READMEs of the clients", () => {
  it.each(clientDocuments.map((path) => [path]))(
    "%s has the sections of every client, in their order",
    (path) => {
      const headings = [...readSource(path).matchAll(/^#+ (?<heading>.*)$/gm)].map(
        ({ groups }) => groups?.heading,
      );
      expect(headings[0]).toMatch(/^qrlogin for \S+$/);
      expect(headings.filter((heading) => sections.includes(heading ?? ""))).toEqual(sections);
    },
  );

  it.each(clientDocuments.map((path) => [path]))("%s signs alice in from the root of a clone", (path) => {
    const [, folder] = path.split("/");
    const text = readSource(path);
    expect(text).toContain(`\nclients/${folder}/example-website\n`);
    expect(text).toContain("\nexport QRLOGIN_USER_TOKEN=$(npm run --silent qrlogin -- dev-token alice)\n");
    expect(text).toMatch(new RegExp(`^clients/${folder}/example-phone '`, "m"));
  });
});
