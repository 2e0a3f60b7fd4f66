/** Heading of the changes that no release has. */
const unreleased = "## Unreleased";
/** Heading of the section that every release has. */
const upgradeNotes = "### Upgrade notes";

/**
 * Returns the changelog with the unreleased changes as those of a version, below an empty section for the next ones.
 *
 * @param date Day of the release, as `YYYY-MM-DD`.
 * @throws Error when there is nothing to release, or no upgrade notes.
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  const start = changelog.indexOf(`${unreleased}\n`);
  if (start < 0) throw new Error(`CHANGELOG.md has no section "${unreleased}"`);
  const body = start + unreleased.length;
  const next = changelog.indexOf("\n## ", body);
  const changes = changelog.slice(body, next < 0 ? undefined : next).trim();
  if (changes === "") throw new Error(`the section "${unreleased}" of CHANGELOG.md is empty`);
  if (!changes.includes(`${upgradeNotes}\n`))
    throw new Error(
      `the section "${unreleased}" of CHANGELOG.md has no "${upgradeNotes}": say what an operator has to do, or "Nothing."`,
    );
  const rest = next < 0 ? "" : changelog.slice(next);
  return `${changelog.slice(0, body)}\n\n## ${version} (${date})\n\n${changes}\n${rest}`;
}
