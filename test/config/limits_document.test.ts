import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { limitNames } from "../../src/domain/limits.js";
import { defaultPolicy } from "../../src/domain/policy.js";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const rows = [
  ...read("docs/limits.md").matchAll(/^\| `(?<name>[a-z_]+)` \| (?<preset>.*?) \| (?<setting>.*?) \|/gm),
];

it("limits.md lists every limit with its setting and its default", () => {
  expect(new Set(rows.map(({ groups }) => groups?.name))).toEqual(new Set(limitNames));
  const presets = rows.flatMap(({ groups }) => {
    const setting = groups?.setting?.replaceAll("`", "") ?? "";
    return Object.hasOwn(defaultPolicy.limits, setting)
      ? [[setting, Number.parseInt(groups?.preset ?? "", 10)] as const]
      : [];
  });
  expect(Object.fromEntries(presets)).toEqual(defaultPolicy.limits);
});

it("configuration.md states the defaults of the limits", () => {
  const document = read("docs/configuration.md");
  for (const [setting, preset] of Object.entries(defaultPolicy.limits)) {
    expect(document).toMatch(
      new RegExp(`^\\| \`policy\\.limits\\.${setting}\`<br>\`\\w+\` \\| \`${preset}\` \\|`, "m"),
    );
  }
});
