import { readFileSync } from "node:fs";
import { createDocument } from "./document.js";

// Reads a file descriptor set with source info from standard input, and writes the description to standard output.
const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const { version } = JSON.parse(read("package.json")) as { version: string };
const document = createDocument({
  descriptors: readFileSync(0),
  httpTypes: read("src/http_types.ts"),
  version,
});
process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
