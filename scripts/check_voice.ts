// Holds the voice of comments, documents and test titles by machine: `npm run voice`. Lists every violation with `--all`, and
// writes the present counts as the limits with `--accept`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkVoice, type Violation } from "./voice.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Limits by rule and folder, 0 where there is none. Delete the file when all are 0. */
const limitsFile = fileURLToPath(new URL("voice_limits.json", import.meta.url));

const args = process.argv.slice(2);
const violations = ownFiles().flatMap((file) => checkVoice(file, readFileSync(`${root}/${file}`, "utf8")));
const counts = countByFolder(violations);

if (args.includes("--accept"))
  writeFileSync(limitsFile, `${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`);
const limits: Record<string, number> = existsSync(limitsFile)
  ? JSON.parse(readFileSync(limitsFile, "utf8"))
  : {};
for (const [place, count] of counts) {
  const limit = limits[place] ?? 0;
  const isOver = count > limit;
  if (isOver) process.exitCode = 1;
  console.log(`${isOver ? "FAILED " : ""}${place}: ${count}, at most ${limit}`);
  if (!isOver && !args.includes("--all")) continue;
  for (const each of violations.filter((one) => placeOf(one) === place)) {
    console.log(`  ${each.file}:${each.line}: ${each.text}`);
  }
}
const lower = Object.keys(limits).filter((place) => (counts.get(place) ?? 0) < (limits[place] ?? 0));
if (lower.length > 0)
  console.log(`fewer than the limit, "npm run voice -- --accept" lowers it: ${lower.join(", ")}`);
console.log(`${violations.length} violations of the voice`);

function ownFiles(): string[] {
  const folders = ["bench", "deploy", "docs", "examples", "proto", "scripts", "src", "test"];
  const inFolders = folders.flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" }).map(
      (file) => `${folder}/${file}`,
    ),
  );
  return [...readdirSync(root), ...inFolders].filter((file) => /\.(ts|mjs|proto|md)$/.test(file)).sort();
}

function countByFolder(all: readonly Violation[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const each of all) found.set(placeOf(each), (found.get(placeOf(each)) ?? 0) + 1);
  return new Map([...found].sort(([one], [other]) => one.localeCompare(other)));
}

/** Returns the rule and the folder, at most two deep. */
function placeOf({ rule, file }: Violation): string {
  const folders = file.split("/").slice(0, -1).slice(0, 2);
  return `${rule} in ${folders.join("/") || "the root"}`;
}
