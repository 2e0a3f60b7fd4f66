import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { createNetworkMatcher, parseNetworks } from "../../src/base/ip_network.js";
import type { Config } from "../../src/config/config.js";
import { ConfigError } from "../../src/config/config_error.js";
import type { Environment } from "../../src/config/environment.js";
import { loadConfig, type Purpose } from "../../src/config/load_config.js";
import { temporaryFile } from "../support/config_files.js";
import { at, listAt, manifest, type Tree, textOf, treeOf } from "./files.js";

/** Secrets that operators fill in. */
const filledIn: Record<string, string> = {
  QRLOGIN_STORE_REDIS_PASSWORD: randomBytes(32).toString("hex"),
  QRLOGIN_GATEWAY_APPS: JSON.stringify([{ id: "shop", secret: randomBytes(32).toString("base64url") }]),
  QRLOGIN_GATEWAY_HANDLE_KEYS: JSON.stringify([randomBytes(32).toString("base64url")]),
};

/** Process of a deployment, with its configuration file and the names of its environment variables. */
interface Target {
  readonly title: string;
  readonly purpose: Purpose;
  readonly text: string;
  readonly variables: readonly string[];
  /** Grace period of a stop, in seconds. */
  readonly grace: number;
  /** Delay before the stop begins, in seconds. */
  readonly before: number;
}

function composed(service: string, file: string, purpose: Purpose): Target {
  const own = at(treeOf("compose.yaml"), "services", service);
  return {
    title: `${service} of compose.yaml`,
    purpose,
    text: textOf(file),
    variables: Object.keys(at(own, "environment") ?? {}),
    grace: Number.parseInt(String(at(own, "stop_grace_period")), 10),
    before: 0,
  };
}

function deployed(name: string, map: string, file: string, purpose: Purpose): Target {
  const pod = at(manifest("Deployment", name), "spec", "template", "spec");
  const container = at(pod, "containers", 0);
  return {
    title: `the pods of ${name}`,
    purpose,
    text: String(at(manifest("ConfigMap", map), "data", file)),
    variables: listAt(container, "env").map((each) => String(at(each, "name"))),
    grace: Number(at(pod, "terminationGracePeriodSeconds")),
    before: Number(at(container, "lifecycle", "preStop", "exec", "command", 1) ?? 0),
  };
}

const targets = [
  composed("node-1", "service.yaml", "serve"),
  composed("node-2", "service.yaml", "serve"),
  composed("gateway", "gateway.yaml", "gateway"),
  deployed("qrlogin", "qrlogin-service", "service.yaml", "serve"),
  deployed("qrlogin-gateway", "qrlogin-gateway", "gateway.yaml", "gateway"),
];

/** Returns the value of a variable; that of one with the suffix `_FILE` is the name of a file with the value. */
function filledInValueOf(name: string, values: Environment): string | undefined {
  const value = values[name.replace(/_FILE$/, "")];
  if (!name.endsWith("_FILE")) return value;
  // Keys in a file are not JSON.
  const text = name === "QRLOGIN_GATEWAY_HANDLE_KEYS_FILE" ? value?.replaceAll(/[[\]"]/g, "") : value;
  return temporaryFile("secret", `${text ?? ""}\n`);
}

function loaded({ text, purpose, variables }: Target, values: Environment): Config {
  const given = variables
    .filter((name) => name !== "QRLOGIN_CONFIG")
    .map((name) => [name, filledInValueOf(name, values)]);
  return loadConfig({ file: temporaryFile("qrlogin.yaml", text), env: Object.fromEntries(given), purpose });
}

describe.each(targets)("$title", (target) => {
  test("has a configuration that loads once the secrets are filled in", () => {
    const config = loaded(target, filledIn);
    expect(config.development).toBe(false);
    if (target.purpose === "serve") {
      expect(config.store.kind).toBe("redis");
      expect(config.store.redis?.requireDurable).toBe(true);
      expect(config.grpc.reflection).toBe(false);
    } else {
      for (const network of config.gateway?.trustedProxies ?? []) expect(network).not.toContain("/");
    }
  });

  test("does not start while a secret is missing", () => {
    const empty = Object.fromEntries(Object.keys(filledIn).map((name) => [name, ""]));
    expect(() => loaded(target, empty)).toThrow(ConfigError);
  });

  test("allows more time for a stop than the stop takes", () => {
    const { grpc, gateway } = loaded(target, filledIn);
    const { delay, gracePeriod } = gateway?.shutdown ?? grpc.shutdown;
    // A stop that hangs is cut off three seconds after its grace period, and the exit takes another second.
    expect(target.grace * 1_000).toBeGreaterThanOrEqual(target.before * 1_000 + delay + gracePeriod + 4_000);
    if (target.purpose === "serve") expect(delay).toBeGreaterThanOrEqual(10_000);
  });
});

test("the digests of app secrets are placeholders that match no secret", () => {
  for (const { text } of targets) {
    for (const app of listAt(parse(text) as Tree, "apps")) {
      expect(listAt(app, "secretSha256")).toEqual(["0".repeat(64)]);
    }
  }
  expect(textOf("redis/users.acl")).toContain(`#${"0".repeat(64)}`);
});

test("the gateway of compose.yaml trusts only Envoy, whose address no other container can get", () => {
  const compose = treeOf("compose.yaml");
  const envoy = at(compose, "services", "envoy", "networks", "inside", "ipv4_address");
  expect(listAt(treeOf("gateway.yaml"), "gateway", "trustedProxies")).toEqual([envoy]);
  const others = Object.entries(at(compose, "services") ?? {}).filter(([name]) => name !== "envoy");
  for (const [name, each] of others) expect(at(each, "networks"), name).toEqual(["inside"]);
  const { subnet, ip_range: dynamic } = at(compose, "networks", "inside", "ipam", "config", 0) as Record<
    string,
    string
  >;
  const includesEnvoy = (network: string) => createNetworkMatcher(parseNetworks([network]))(String(envoy));
  expect([includesEnvoy(subnet ?? ""), includesEnvoy(dynamic ?? "")]).toEqual([true, false]);
});
