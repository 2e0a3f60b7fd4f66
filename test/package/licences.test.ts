import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { productionPackages } from "../../scripts/release/production_packages.js";

/** Licences that ask for no more than that their text is passed on. Each package carries its own. */
const accepted = [
  "(Apache-2.0 AND BSD-3-Clause)",
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
];

/** Packages that state their licence in package.json only. */
const withoutText = ["@bufbuild/protobuf", "@connectrpc/connect", "abstract-logging"];

const packages = productionPackages();
const root = fileURLToPath(new URL("../../", import.meta.url));

it("every package that runs in production has a licence that the image may be passed on with", () => {
  const others = packages.filter(({ license }) => !accepted.includes(license ?? ""));
  expect(others).toEqual([]);
});

it("every package that runs in production carries the text of its licence, but for those that are known", () => {
  const bare = packages
    .filter(({ path }) => !readdirSync(root + path).some((file) => /^(licen[cs]e|copying)/i.test(file)))
    .map(({ name }) => name);
  expect(bare).toEqual(withoutText);
});
