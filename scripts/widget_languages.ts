import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { zh } from "../src/widget/languages/zh.js";

// Writes the languages of the widget besides English into a folder: each as JSON, and a module with their versions.

const languages = { zh };

const [folder = "."] = process.argv.slice(2);
mkdirSync(`${folder}/languages`, { recursive: true });
const versions = Object.entries(languages).map(([code, texts]) => {
  const json = `${JSON.stringify(texts)}\n`;
  writeFileSync(`${folder}/languages/${code}.json`, json);
  return [code, createHash("sha256").update(json).digest("hex").slice(0, 8)];
});
const record = JSON.stringify(Object.fromEntries(versions), null, 2);
writeFileSync(
  `${folder}/languages.ts`,
  `/** Version of each language file of the widget, by its code. Generated from src/widget/languages. */
export const languageVersions: Readonly<Record<string, string>> = ${record};
`,
);
