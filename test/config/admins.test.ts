import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/domain/secrets.js";
import { app, collectProblems, contentWith, load } from "../support/config_files.js";

const [ofShop = ""] = app.secretSha256;
const [first, second] = [sha256Hex("a secret of one"), sha256Hex("a secret of another")];

/** Returns the problems of a configuration with these administrators, by path. */
function problemsOf(admins: object, apps: readonly object[] = [app]): Record<string, string> {
  const problems = collectProblems(() => load(contentWith({ admins, apps })));
  return Object.fromEntries(problems.map(({ path, message }) => [path, message]));
}

describe("administrators", () => {
  test("administrators may have several secrets each, and the same id as an app", () => {
    const admins = [
      { id: "ops", secretSha256: [first, second] },
      { id: "shop", secretSha256: sha256Hex("a third secret") },
    ];
    expect(load(contentWith({ admins })).admins).toEqual([
      admins[0],
      { id: "shop", secretSha256: [sha256Hex("a third secret")] },
    ]);
  });

  test("administrators have a secret that no app and no other administrator has", () => {
    const admins = [
      { id: "ops", secretSha256: [first, ofShop] },
      { id: "night", secretSha256: [second, first.toUpperCase(), second] },
    ];
    expect(problemsOf(admins)).toEqual({
      "admins[0].secretSha256[1]": expect.stringContaining("is also apps[0].secretSha256[0]"),
      "admins[1].secretSha256[1]": expect.stringContaining("is also admins[0].secretSha256[0]"),
    });
  });

  test("administrators have ids that differ", () => {
    const admins = [first, second].map((secretSha256) => ({ id: "ops", secretSha256 }));
    expect(problemsOf(admins)).toEqual({ "admins[1].id": "is also the id of admins[0]" });
  });

  test("administrators have no publicly known secret, no secret in place of its digest, and at least one", () => {
    const admins = [
      { id: "a", secretSha256: sha256Hex("password") },
      { id: "b", secretSha256: "a secret of one" },
      { id: "c", secretSha256: [] },
      { id: "d:e", secretSha256: first },
    ];
    expect(problemsOf(admins)).toEqual({
      "admins[0].secretSha256[0]": expect.stringContaining("publicly known"),
      "admins[1].secretSha256[0]": expect.stringContaining("not the secret itself"),
      "admins[2].secretSha256": "must not be empty",
      "admins[3].id": expect.stringContaining("letters, digits"),
    });
  });

  test("administrators can be set by an environment variable", () => {
    const env = { QRLOGIN_ADMINS: JSON.stringify([{ id: "ops", secretSha256: first }]) };
    expect(load(contentWith({}), env).admins).toEqual([{ id: "ops", secretSha256: [first] }]);
  });

  test("the secret of the commands is no variable of the configuration", () => {
    expect(load(contentWith({}), { QRLOGIN_ADMIN_SECRET: "a secret of one" }).admins).toEqual([]);
  });
});
