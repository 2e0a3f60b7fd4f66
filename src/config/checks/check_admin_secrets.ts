import { formatPath, type Problem } from "../config_error.js";
import type { PartialConfig } from "../schema/config_schema.js";
import type { Path } from "../schema/schema_tree.js";

type Holder = { readonly secretSha256?: readonly (string | undefined)[] | undefined } | undefined;

/**
 * Checks that no secret of an administrator is also that of an app or of another administrator. Whoever knows one of
 * them could act as the other.
 */
export function checkAdminSecrets({ apps = [], admins = [] }: PartialConfig): Problem[] {
  const owners = new Map(digestsOf(["apps"], apps).map(({ digest, path }) => [digest, path]));
  return digestsOf(["admins"], admins).flatMap(({ digest, path, holder }) => {
    const owner = owners.get(digest);
    owners.set(digest, owner ?? path);
    // The same digest twice for one administrator is harmless.
    if (owner === undefined || formatPath(owner).startsWith(`${formatPath(holder)}.`)) return [];
    return [
      {
        path,
        message: `is also ${formatPath(owner)}: every administrator needs a secret of their own`,
        other: owner,
      },
    ];
  });
}

function digestsOf(list: Path, holders: readonly Holder[]) {
  return holders.flatMap((entry, index) =>
    (entry?.secretSha256 ?? []).flatMap((digest, position) => {
      const holder = [...list, index];
      return digest === undefined ? [] : [{ digest, holder, path: [...holder, "secretSha256", position] }];
    }),
  );
}
