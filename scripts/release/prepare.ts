// Prepares a release: `npm run release -- 1.2.0` writes the version everywhere and dates the changelog. It neither
// commits nor publishes.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gt } from "semver";
import { releaseChangelog } from "./changelog.js";
import { packageVersion, versionPattern, writeVersion } from "./version_places.js";

const [next = ""] = process.argv.slice(2);
const changelogFile = fileURLToPath(new URL("../../CHANGELOG.md", import.meta.url));

const problem = findProblem();
if (problem !== undefined) {
  console.error(`release: ${problem}`);
  process.exit(1);
}
try {
  const changelog = readFileSync(changelogFile, "utf8");
  const today = new Date().toISOString().slice(0, 10);
  // It may throw, so it comes before anything is written.
  const released = releaseChangelog(changelog, next, today);
  writeFileSync(changelogFile, released);
  writeVersion(next);
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
console.log(`Version ${next} is written. Next: npm run generate, npm run accept-contract, npm run check,
commit, then git tag v${next}. CONTRIBUTING.md has the steps of publishing.`);

function findProblem(): string | undefined {
  if (!versionPattern.test(next)) return "name the version, such as: npm run release -- 1.2.0";
  if (!gt(next, packageVersion())) return `${next} is not newer than ${packageVersion()}`;
  const changes = execFileSync("git", ["status", "--porcelain"], { encoding: "utf8" });
  return changes === "" ? undefined : "the work tree has changes: commit or stash them first";
}
