import { describe, expect, test } from "vitest";
import { at, fileExists, listAt, type Tree, textOf, treeOf, valuesOf } from "./files.js";

const compose = treeOf("compose.yaml");
const services = at(compose, "services");
const envoy = treeOf("envoy.yaml");
const clusters = listAt(envoy, "static_resources", "clusters");
const listeners = listAt(envoy, "static_resources", "listeners");

const seconds = (duration: Tree) => Number(/^(\d+)s$/.exec(String(duration))?.[1] ?? Number.NaN);
const numberIn = (text: Tree) => Number(/:(\d+)$/.exec(String(text))?.[1]);

describe("compose.yaml", () => {
  test("mounts existing files, except for the certificates that operators provide", () => {
    const sources = valuesOf(services, "volumes").flatMap((list) => listAt(list));
    const files = sources
      .map((each) => String(each).split(":")[0] ?? "")
      .filter((name) => name.startsWith("./"));
    expect(files).toContain("./certificates");
    for (const file of new Set(files))
      if (file !== "./certificates") expect(fileExists(file), file).toBe(true);
  });

  test("gives each container its secrets as files, and takes none from variables", () => {
    const declared = at(compose, "secrets") as Record<string, Tree>;
    for (const [name, secret] of Object.entries(declared)) {
      expect(secret).toEqual({ file: `./secrets/${name}` });
    }
    const used = Object.values(services ?? {}).flatMap((service) => {
      const files = Object.entries(at(service, "environment") ?? {})
        .filter(([variable]) => variable !== "QRLOGIN_CONFIG")
        .map(([variable, file]) => {
          expect(variable).toMatch(/_FILE$/);
          return String(file).replace("/run/secrets/", "");
        });
      expect(files.toSorted()).toEqual(listAt(service, "secrets").toSorted());
      return files;
    });
    expect(new Set(used)).toEqual(new Set(Object.keys(declared)));
    expect(textOf("compose.yaml")).not.toContain("${");
  });

  test("publishes only Envoy's ports with TLS", () => {
    const published = Object.entries(services ?? {}).flatMap(([name, each]) =>
      listAt(each, "ports").map((port) => ({ name, port: numberIn(port) })),
    );
    expect(published.map(({ name }) => name)).toEqual(["envoy", "envoy"]);
    const withTls = listeners
      .filter((each) => valuesOf(each, "transport_socket").length > 0)
      .map((each) => Number(at(each, "address", "socket_address", "port_value")));
    expect(published.map(({ port }) => port).toSorted()).toEqual(withTls.toSorted());
  });

  test("configures a Redis that survives a crash without losses and evicts nothing", () => {
    const lines = textOf("redis/redis.conf").split("\n");
    for (const line of ["appendonly yes", "appendfsync always", "maxmemory-policy noeviction"]) {
      expect(lines).toContain(line);
    }
    expect(lines).toContain("aclfile /etc/redis/users.acl");
    expect(listAt(services, "redis", "volumes")).toContain("./redis:/etc/redis:ro");
    // Redis allows no comments in an ACL file.
    expect(textOf("redis/users.acl")).toMatch(/^(user [^\n]+\n)+$/);
  });

  test("gives the service's user of Redis exactly the rights of docs/redis.md", () => {
    const [rule] = /ACL SETUSER [^`]+/.exec(textOf("../docs/redis.md")) ?? [];
    const wanted = (rule ?? "").split(/\s+/).filter((word) => /^[+~&]/.test(word));
    const given = textOf("redis/users.acl")
      .split(/\s+/)
      .filter((word) => /^[+~&]/.test(word));
    expect(wanted.length).toBeGreaterThan(10);
    expect(given.toSorted()).toEqual(wanted.toSorted());
    expect(textOf("redis/users.acl")).toContain("-@all");
  });
});

describe("envoy.yaml", () => {
  test("routes calls to existing clusters, which are services of compose.yaml with their ports", () => {
    const names = clusters.map((each) => at(each, "name"));
    const used = valuesOf(listeners, "cluster");
    expect(used.length).toBeGreaterThan(0);
    for (const name of used) expect(names).toContain(name);

    const addressesOf = (cluster: Tree) =>
      valuesOf(cluster, "socket_address").map((each) => `${at(each, "address")}:${at(each, "port_value")}`);
    const grpc = numberIn(at(treeOf("service.yaml"), "grpc", "address"));
    const http = numberIn(at(treeOf("gateway.yaml"), "gateway", "address"));
    const nodes = Object.keys(services ?? {}).filter((name) => name.startsWith("node-"));
    expect(clusters.flatMap(addressesOf)).toEqual([
      ...nodes.map((name) => `${name}:${grpc}`),
      `gateway:${http}`,
    ]);
  });

  test("gateway.yaml calls the service at the listener without TLS", () => {
    const [host, port] = String(at(treeOf("gateway.yaml"), "gateway", "service", "address")).split(":");
    expect(Object.keys(services ?? {})).toContain(host);
    const inside = listeners.find((each) => at(each, "name") === "grpc_inside");
    expect(String(at(inside, "address", "socket_address", "port_value"))).toBe(port);
  });

  test("ends no stream that sends heartbeats, and retries no call", () => {
    for (const route of valuesOf(listeners, "route")) {
      expect(at(route, "timeout")).toBe("0s");
      expect(at(route, "retry_policy")).toBeUndefined();
    }
    expect(valuesOf(envoy, "retry_policy")).toEqual([]);
    const idle = valuesOf(listeners, "stream_idle_timeout");
    expect(idle).toHaveLength(3);
    for (const each of idle) expect(seconds(each)).toBeGreaterThanOrEqual(30);
  });

  test("notices that a node is stopping before that node rejects calls", () => {
    const check = at(clusters[0], "health_checks", 0);
    const delay = seconds(at(treeOf("service.yaml"), "grpc", "shutdown", "delay"));
    expect(seconds(at(check, "interval")) * Number(at(check, "unhealthy_threshold"))).toBeLessThanOrEqual(
      delay,
    );
    expect(at(check, "no_traffic_interval")).toBe(at(check, "interval"));
    expect(at(clusters[0], "lb_policy")).toBe("ROUND_ROBIN");
  });
});
