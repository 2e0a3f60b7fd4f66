import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { releaseChangelog } from "../../scripts/release/changelog.js";
import {
  packageVersion,
  versionAt,
  versionPattern,
  versionPlaces,
} from "../../scripts/release/version_places.js";

describe("the version", () => {
  it("every package, client and example states the version of package.json", () => {
    expect(packageVersion()).toMatch(versionPattern);
    for (const place of versionPlaces)
      expect([place.file, versionAt(place)]).toEqual([place.file, packageVersion()]);
  });
});

describe("the changelog of a release", () => {
  const changelog =
    "# Changelog\n\n## Unreleased\n\n### Upgrade notes\n\nNothing.\n\n## 0.1.0 (2026-01-01)\n\nFirst.\n";

  it("moves the unreleased changes under the version, and leaves an empty section", () => {
    expect(releaseChangelog(changelog, "0.2.0", "2026-02-01")).toBe(
      "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-02-01)\n\n### Upgrade notes\n\nNothing.\n\n## 0.1.0 (2026-01-01)\n\nFirst.\n",
    );
  });

  it.each([
    ["# Changelog\n", 'no section "## Unreleased"'],
    ["# Changelog\n\n## Unreleased\n\n## 0.1.0\n", "is empty"],
    ["# Changelog\n\n## Unreleased\n\n- A change.\n", 'no "### Upgrade notes"'],
  ])("rejects a changelog that cannot be released: %j", (text, message) => {
    expect(() => releaseChangelog(text, "0.2.0", "2026-02-01")).toThrow(message);
  });

  it("CHANGELOG.md can be released as it is", () => {
    const text = readFileSync(new URL("../../CHANGELOG.md", import.meta.url), "utf8");
    expect(releaseChangelog(text, "99.0.0", "2026-02-01")).toContain("\n## 99.0.0 (2026-02-01)\n");
  });
});
