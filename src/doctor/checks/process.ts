import { createRequire } from "node:module";
import { descriptorLimit, reservedDescriptors } from "../../compose/file_descriptors.js";
import { descriptorsNeeded, gatewayDescriptorsNeeded } from "../../compose/serve.js";
import type { Config } from "../../config/config.js";
import { type Check, type Finding, findingsOf } from "../finding.js";

/** Returns the check of the version of Node.js. */
export function nodeVersionCheck(version: string): Check {
  const name = "Node.js";
  return {
    name,
    async run() {
      const { ok, failed } = findingsOf(name);
      const { engines } = createRequire(import.meta.url)("qrlogin/package.json") as {
        readonly engines: { readonly node: string };
      };
      if (isInRange(version, engines.node)) return [ok(version)];
      return [
        failed(`${version} is not supported`, { remedy: `install a version of the range ${engines.node}` }),
      ];
    },
  };
}

/** Returns the check that the open files limit of this process suffices for the configured connections. */
export function descriptorCheck(config: Config, limit = descriptorLimit()): Check {
  const name = "open files limit";
  return {
    name,
    async run() {
      return [describeLimit(name, config, limit)];
    },
  };
}

function describeLimit(name: string, config: Config, limit: number | undefined): Finding {
  const { ok, warning, skipped } = findingsOf(name);
  if (limit === undefined) return skipped("this system does not report it");
  const needed = Math.max(
    config.userPools.length > 0 ? descriptorsNeeded(config) : reservedDescriptors,
    config.gateway ? gatewayDescriptorsNeeded(config.gateway) : reservedDescriptors,
  );
  if (limit >= needed) return ok(`${limit}; the configured limits need ${needed} at most`);
  return warning(`${limit}, but the configured limits may need ${needed}`, {
    cause: "connections beyond the limit are closed without a message",
    remedy: "raise it (ulimit -n, or LimitNOFILE of systemd), or lower the limits of connections",
  });
}

/** Reports whether a version is in a range such as `^20.19.0 || >=24.0.0`. Knows only these two operators. */
function isInRange(version: string, range: string): boolean {
  const parse = (text: string) => text.split(".").map(Number);
  const given = parse(version);
  return range.split("||").some((alternative) => {
    const [, operator, text = ""] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(alternative) ?? [];
    const floor = parse(text);
    const difference = floor.map((part, index) => (given[index] ?? 0) - part).find((part) => part !== 0) ?? 0;
    return difference >= 0 && (operator === ">=" || given[0] === floor[0]);
  });
}
