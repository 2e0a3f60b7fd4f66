import { readFileSync } from "node:fs";

const document = readFileSync(new URL("../../docs/redis.md", import.meta.url), "utf8");

/** The words after ACL SETUSER in the documentation: the least that the user needs, with `a-password`. */
export const minimalAclRules: readonly string[] = (
  /^ACL SETUSER (?<words>[^`]*)```/m.exec(document)?.groups?.words ?? ""
)
  .replace("PASSWORD", "a-password")
  .trim()
  .split(/\s+/);

/** What a Cluster needs besides. */
export const clusterAclRules = parseAclRules(/With a Cluster also `(?<words>[^`]*)`/);

/** The words after ACL SETUSER for the user at the Sentinels. */
export const sentinelAclRules = [
  "qrlogin",
  "on",
  ">a-password",
  ...parseAclRules(/user at the Sentinels needs `(?<words>[^`]*)`/),
];

function parseAclRules(sentence: RegExp): readonly string[] {
  const words = sentence.exec(document.replaceAll("\n", " "))?.groups?.words;
  if (words === undefined) throw new Error("the documentation does not say which rights are needed");
  return words.split(" ");
}
