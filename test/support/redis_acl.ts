import { readFileSync } from "node:fs";

const document = readFileSync(new URL("../../docs/redis.md", import.meta.url), "utf8");

/**
 * Arguments after ACL SETUSER in the documentation: the least rights that the user needs, with `a-password`.
 */
export const minimalAclRules: readonly string[] = (
  /^ACL SETUSER (?<words>[^`]*)```/m.exec(document)?.groups?.words ?? ""
)
  .replace("PASSWORD", "a-password")
  .trim()
  .split(/\s+/);

/** Additional rights for a cluster. */
export const clusterAclRules = parseAclRules(/With a Cluster also `(?<words>[^`]*)`/);

/** Arguments after ACL SETUSER for the user at the Sentinels. */
export const sentinelAclRules = [
  "qrlogin",
  "on",
  ">a-password",
  ...parseAclRules(/user at the Sentinels needs `(?<words>[^`]*)`/),
];

function parseAclRules(sentence: RegExp): readonly string[] {
  const words = sentence.exec(document.replaceAll("\n", " "))?.groups?.words;
  if (words === undefined) throw new Error("docs/redis.md states no rights");
  return words.split(" ");
}
