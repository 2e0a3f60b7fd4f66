// Checks the voice of comments, documents and test titles: `npm run voice`. Lists every violation.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkVoice } from "./voice.js";

const root = fileURLToPath(new URL("..", import.meta.url));

const violations = ownFiles().flatMap((file) => checkVoice(file, readFileSync(`${root}/${file}`, "utf8")));
for (const { rule, file, line, text } of violations) console.log(`${file}:${line}: ${rule}: ${text}`);
console.log(`${violations.length} violations of the voice`);
if (violations.length > 0) process.exitCode = 1;

function ownFiles(): string[] {
  const folders = [
    "attack",
    "bench",
    "conformance",
    "deploy",
    "docs",
    "examples",
    "proto",
    "scripts",
    "src",
    "test",
  ];
  const inFolders = folders.flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" }).map(
      (file) => `${folder}/${file}`,
    ),
  );
  const isOurs = (file: string) =>
    /\.(ts|mjs|proto|md)$/.test(file) && !file.endsWith("/generated_client.ts");
  const clients = ["", ...readdirSync(`${root}/clients`)].map((name) => join("clients", name, "README.md"));
  const documents = clients.filter((file) => existsSync(join(root, file)));
  return [...readdirSync(root), ...documents, ...inFolders].filter(isOurs).sort();
}
