import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { explainPolicy } from "../../src/config/policy/explain_policy.js";
import { policyValuesOf } from "../../src/config/policy/policy_values.js";
import { changesBetween } from "../../src/config/reload/config_changes.js";
import { policySchema } from "../../src/config/schema/policy_schema.js";
import { settingsOf } from "../../src/config/schema/schema_tree.js";
import { formatDuration, parseDuration } from "../../src/config/schema/values.js";
import { defaultPolicy } from "../../src/domain/policy.js";
import { app, contentWith, load, pool } from "../support/config_files.js";

const document = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

/** Returns the rows of an explanation: path, value and origin. */
function rowsOf(explanation: string): readonly (readonly string[])[] {
  const lines = explanation.split("\n").filter((line) => /^ {2}\w+\./.test(line));
  return lines.map((line) => line.trim().split(/ {2,}/));
}

describe("the explanation of a policy", () => {
  it("has every value with the level that sets it: the app, else its user pool, else all, else the default", () => {
    const content = contentWith({
      policy: { checkCode: { mode: "off", digits: 4 }, qrRotation: { overlap: "2s", interval: "10s" } },
      userPools: [{ ...pool, policy: { checkCode: { mode: "always", digits: 5 } } }],
      apps: [{ ...app, policy: { checkCode: { digits: 6 } } }],
    });
    const rows = rowsOf(explainPolicy(load(content), "shop", {}));
    expect(rows.map(([path]) => path)).toEqual(
      settingsOf(policySchema).flatMap(({ path, type }) => (type === "map" ? [] : [path.join(".")])),
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        ["checkCode.mode", "always", "userPools[customers].policy"],
        ["checkCode.digits", "6", "apps[shop].policy"],
        ["qrRotation.interval", "10s", "policy"],
        ["qrRotation.overlap", "2s", "policy"],
        ["qrRotation.maxSteps", "60", "default"],
      ]),
    );
  });

  it("names the environment variable that a value comes from", () => {
    const env = {
      QRLOGIN_POLICY_QR_ROTATION: '{"interval":"10s","overlap":"1s"}',
      QRLOGIN_POLICY_QR_ROTATION_OVERLAP: "5s",
      QRLOGIN_APPS: JSON.stringify([{ ...app, policy: { checkCode: { mode: "always" } } }]),
    };
    expect(rowsOf(explainPolicy(load(contentWith({}), env), "shop", env))).toEqual(
      expect.arrayContaining([
        ["checkCode.mode", "always", "apps[shop].policy (from QRLOGIN_APPS)"],
        ["checkCode.digits", "6", "default"],
        ["qrRotation.interval", "10s", "policy (from QRLOGIN_POLICY_QR_ROTATION)"],
        ["qrRotation.overlap", "5s", "policy (from QRLOGIN_POLICY_QR_ROTATION_OVERLAP)"],
      ]),
    );
  });

  it("says what each policy leaves open, and never that nothing is", () => {
    const openIn = (policy: object) =>
      explainPolicy(load(contentWith({ policy })), "shop", {}).split("What it leaves open:\n\n")[1] ?? "";
    const open = openIn({});
    expect(open).toContain("approves a code that was sent to them signs the sender in");
    expect(open).toContain("until its ticket expires");
    const strict = openIn({
      checkCode: { mode: "always", digits: 4 },
      qrRotation: { interval: "10s", overlap: "3s" },
    });
    expect(strict).not.toContain("signs the sender in");
    expect(strict).toContain("tells the check code to a caller");
    expect(strict).toContain("one of 3,333 approvals");
    expect(strict).toContain("for up to 13s");
    expect(strict).toContain("A fake page");
  });

  it("fails for an unknown app, with the apps that there are", () => {
    const config = load(contentWith({ apps: [app, { ...app, id: "blog" }] }));
    expect(() => explainPolicy(config, "nobody", {})).toThrow(
      "there is no app nobody; the apps are shop, blog",
    );
    expect(() => explainPolicy({ ...config, apps: [] }, "shop", {})).toThrow("the configuration has no apps");
  });

  it("is as the documentation shows it", () => {
    const shown = /--explain shop\n```\n\n```\n(?<text>.*?)\n```/s.exec(document)?.groups?.text;
    const { policy, userPools, apps } = parse(/```yaml\n(?<yaml>.*?)```/s.exec(document)?.groups?.yaml ?? "");
    const content = contentWith({
      policy,
      userPools: [{ ...pool, policy: userPools[0].policy }],
      apps: [{ ...app, policy: apps[0].policy }],
    });
    expect(shown).toBe(`qrlogin.yaml: valid\n\n${explainPolicy(load(content), "shop", {})}`);
  });
});

describe("the table of the documentation", () => {
  it("has the default of every value of a policy", () => {
    const rows = [...document.matchAll(/^\| `policy\.(?<path>[\w.]+)`<br>`\w+` \| `(?<preset>\S+)` \|/gm)];
    expect(rows.map(({ groups }) => [groups?.path, groups?.preset])).toEqual(
      policyValuesOf(defaultPolicy).map(({ path, text }) => [path.join("."), text]),
    );
  });
});

describe("a duration as text", () => {
  it.each(["0s", "1ms", "999ms", "1s", "90s", "1m", "59m", "1h", "12h", "1500ms"])(
    "formats %s as it is written in the file",
    (text) => {
      expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(text);
    },
  );
});

describe("the changes between two configurations", () => {
  const paths = (before: unknown, after: unknown) => changesBetween(before, after).map(({ path }) => path);

  it("are the deepest paths that differ, also of values that only one has", () => {
    expect(paths({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: 1, c: 3 }, d: [1, 2], e: true })).toEqual([
      ...["a.c", "d", "e"],
    ]);
    expect(paths({ a: { b: 1 } }, { a: undefined })).toEqual(["a"]);
  });

  it("find entries of lists by their ids, whatever their order", () => {
    const [shop, blog] = [
      { id: "shop", name: "Shop" },
      { id: "blog", name: "Blog" },
    ];
    expect(paths({ apps: [shop, blog] }, { apps: [blog, shop] })).toEqual([]);
    expect(paths({ apps: [shop, blog] }, { apps: [{ ...blog, name: "B" }] })).toEqual([
      ...["apps[shop]", "apps[blog].name"],
    ]);
  });
});
