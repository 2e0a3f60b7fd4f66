import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { parseAddress } from "../../base/address.js";
import type { Config } from "../../config/config.js";
import { type Check, type Finding, findingsOf } from "../finding.js";
import { explainConnectionFailure } from "../probes/describe_failure.js";

/** Resolves with the addresses of a host name. Rejects like `dns.lookup`. */
export type LookUp = (name: string) => Promise<readonly { readonly family: number }[]>;

/** Returns the check that every host name in the configuration has an address. */
export function nameCheck(
  config: Config,
  lookUp: LookUp = (name) => lookup(name, { all: true, verbatim: true }),
): Check {
  return {
    name: "host names",
    async run() {
      const names = hostNamesOf(config);
      if (names.size === 0) return [findingsOf("host names").ok("the configuration names no other hosts")];
      return Promise.all([...names].map(([name, setting]) => checkName(name, setting, lookUp)));
    },
  };
}

async function checkName(name: string, setting: string, lookUp: LookUp): Promise<Finding> {
  const { ok, failed } = findingsOf(`name ${name}`);
  try {
    const addresses = await lookUp(name);
    const v4 = addresses.filter(({ family }) => family === 4).length;
    return ok(`${v4} IPv4 and ${addresses.length - v4} IPv6 addresses`);
  } catch (error) {
    return failed(`cannot be resolved; it is the host in ${setting}`, explainConnectionFailure(error));
  }
}

/** Returns the host names to which the program connects, each with a setting that names it. */
function hostNamesOf({ userPools, outgoing, store, gateway }: Config): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (host: string | undefined, setting: string) => {
    const name = host?.replace(/^\[|\]$/g, "");
    if (name !== undefined && isIP(name) === 0 && !names.has(name)) names.set(name, setting);
  };
  const addUrl = (url: string | undefined, setting: string) =>
    url !== undefined && add(new URL(url).hostname, setting);
  const addAddress = (address: string, setting: string) => add(parseAddress(address)?.host, setting);
  if (outgoing.proxy !== undefined) addUrl(outgoing.proxy, "outgoing.proxy");
  // A proxy resolves the names of issuers, and may be the only one that can.
  const reached = outgoing.proxy === undefined ? userPools : [];
  for (const [index, { keys, introspection, userInfoUri }] of reached.entries()) {
    const path = `userPools[${index}]`;
    if (keys && "jwksUri" in keys) addUrl(keys.jwksUri, `${path}.keys.jwksUri`);
    addUrl(introspection?.uri, `${path}.introspection.uri`);
    addUrl(userInfoUri, `${path}.userInfoUri`);
  }
  if (store.kind === "redis") {
    const { url, sentinel, cluster } = store.redis;
    addUrl(url, "store.redis.url");
    for (const node of sentinel?.nodes ?? []) addAddress(node, "store.redis.sentinel.nodes");
    for (const node of cluster?.nodes ?? []) addAddress(node, "store.redis.cluster.nodes");
  }
  if (gateway) addAddress(gateway.service.address, "gateway.service.address");
  return names;
}
