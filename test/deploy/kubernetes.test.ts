import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import {
  at,
  deployUrl,
  fileExists,
  listAt,
  manifest,
  manifests,
  type Tree,
  treeOf,
  valuesOf,
} from "./files.js";

const all = manifests();
const deployments = all.filter((each) => at(each, "kind") === "Deployment");

const nameOf = (object: Tree) => String(at(object, "metadata", "name"));
const podOf = (deployment: Tree) => at(deployment, "spec", "template", "spec");
const containersOf = (deployment: Tree) => listAt(podOf(deployment), "containers");
const podLabelsOf = (deployment: Tree) => at(deployment, "spec", "template", "metadata", "labels");

/** Returns true if the selector matches the labels. */
function selects(selector: Tree, labels: Tree): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => at(labels, key) === value);
}

function deploymentFor(selector: Tree): Tree {
  const found = deployments.filter((each) => selects(selector, podLabelsOf(each)));
  expect(found, JSON.stringify(selector)).toHaveLength(1);
  return found[0];
}

const portNamesOf = (deployment: Tree) =>
  containersOf(deployment).flatMap((each) => listAt(each, "ports").map((port) => at(port, "name")));

describe("the manifests", () => {
  test("the manifests set no namespace, and use each name once", () => {
    const names = all.map((each) => `${at(each, "kind")} ${nameOf(each)}`);
    expect(new Set(names).size).toBe(names.length);
    expect(valuesOf(all, "namespace")).toEqual([]);
  });

  test("the manifests are all in the kustomization, except for the examples", () => {
    const files = readdirSync(deployUrl("kubernetes/")).filter((name) => /\.yaml$/.test(name));
    const meant = files.filter((name) => name !== "kustomization.yaml" && !name.includes(".example."));
    expect(listAt(treeOf("kubernetes/kustomization.yaml"), "resources").toSorted()).toEqual(meant.toSorted());
  });

  test("the manifests contain no secret values", () => {
    const secrets = all.filter((each) => at(each, "kind") === "Secret");
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) {
      expect(Object.values(at(secret, "stringData") ?? {}).every((value) => value === "")).toBe(true);
      expect(at(secret, "data")).toBeUndefined();
    }
  });
});

describe("references between manifests", () => {
  test("each selector matches the pods of one deployment", () => {
    for (const deployment of deployments) {
      expect(deploymentFor(at(deployment, "spec", "selector", "matchLabels"))).toBe(deployment);
      for (const constraint of listAt(podOf(deployment), "topologySpreadConstraints")) {
        expect(deploymentFor(at(constraint, "labelSelector", "matchLabels"))).toBe(deployment);
      }
    }
    for (const kind of ["PodDisruptionBudget", "NetworkPolicy"]) {
      for (const object of all.filter((each) => at(each, "kind") === kind)) {
        const key = kind === "NetworkPolicy" ? "podSelector" : "selector";
        expect(nameOf(deploymentFor(at(object, "spec", key, "matchLabels"))), nameOf(object)).toBe(
          nameOf(object),
        );
      }
    }
  });

  test("services, probes and policies refer to ports of their pods", () => {
    for (const service of all.filter((each) => at(each, "kind") === "Service")) {
      const names = portNamesOf(deploymentFor(at(service, "spec", "selector")));
      for (const port of listAt(service, "spec", "ports")) expect(names).toContain(at(port, "targetPort"));
    }
    for (const deployment of deployments) {
      const container = containersOf(deployment)[0];
      const numbers = listAt(container, "ports").map((port) => at(port, "containerPort"));
      for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
        const port = at(container, probe, "grpc", "port") ?? at(container, probe, "httpGet", "port");
        expect([...numbers, ...portNamesOf(deployment)], `${nameOf(deployment)} ${probe}`).toContain(port);
      }
    }
    for (const policy of all.filter((each) => at(each, "kind") === "NetworkPolicy")) {
      const own = portNamesOf(deploymentFor(at(policy, "spec", "podSelector", "matchLabels")));
      for (const port of listAt(policy, "spec", "ingress", 0, "ports"))
        expect(own).toContain(at(port, "port"));
      for (const rule of listAt(policy, "spec", "egress")) {
        const labels = at(rule, "to", 0, "podSelector", "matchLabels");
        if (labels === undefined) continue;
        for (const port of listAt(rule, "ports")) {
          expect(portNamesOf(deploymentFor(labels))).toContain(at(port, "port"));
        }
      }
    }
  });

  test("volumes, config maps and secret keys exist", () => {
    for (const deployment of deployments) {
      const volumes = listAt(podOf(deployment), "volumes");
      for (const container of containersOf(deployment)) {
        for (const mount of listAt(container, "volumeMounts")) {
          expect(volumes.map((volume) => at(volume, "name"))).toContain(at(mount, "name"));
        }
        const secrets = volumes.find((volume) => at(volume, "name") === "secrets");
        const secret = manifest("Secret", String(at(secrets, "secret", "secretName")));
        for (const variable of listAt(container, "env")) {
          const [, key] = /^\/run\/secrets\/qrlogin\/(.+)$/.exec(String(at(variable, "value"))) ?? [];
          if (key !== undefined) expect(Object.keys(at(secret, "stringData") ?? {})).toContain(key);
        }
        const file = listAt(container, "env").find((each) => at(each, "name") === "QRLOGIN_CONFIG");
        const [, mount, name] = /^(.*)\/([^/]+)$/.exec(String(at(file, "value"))) ?? [];
        expect(at(container, "volumeMounts", 0, "mountPath")).toBe(mount);
        const map = manifest("ConfigMap", String(at(volumes[0], "configMap", "name")));
        expect(Object.keys(at(map, "data") ?? {})).toContain(name);
      }
    }
  });

  test("the ingress and the gateway refer to services of these manifests", () => {
    const backend = at(
      manifest("Ingress", "qrlogin-gateway"),
      "spec",
      "rules",
      0,
      "http",
      "paths",
      0,
      "backend",
    );
    const pages = manifest("Service", String(at(backend, "service", "name")));
    const port = at(backend, "service", "port", "name");
    expect(listAt(pages, "spec", "ports").map((each) => at(each, "name"))).toContain(port);

    const own: Tree = parse(String(at(manifest("ConfigMap", "qrlogin-gateway"), "data", "gateway.yaml")));
    const [name, number] = String(at(own, "gateway", "service", "address")).split(":");
    const service = manifest("Service", String(name));
    expect(at(service, "spec", "clusterIP")).toBe("None");
    expect(listAt(service, "spec", "ports").map((each) => String(at(each, "port")))).toContain(number);
  });

  test("the autoscaler targets the deployment, which sets no replicas itself", () => {
    const scaler = manifest("HorizontalPodAutoscaler", "qrlogin");
    const target = manifest("Deployment", String(at(scaler, "spec", "scaleTargetRef", "name")));
    expect(at(target, "spec", "replicas")).toBeUndefined();
    expect(at(scaler, "spec", "minReplicas")).toBe(3);
  });
});

describe("pods", () => {
  test.each(deployments.map((each) => [nameOf(each), each] as const))(
    "the pods of %s run without privileges and are replaced one at a time",
    (_name, deployment) => {
      expect(at(podOf(deployment), "securityContext", "runAsNonRoot")).toBe(true);
      expect(at(podOf(deployment), "securityContext", "seccompProfile", "type")).toBe("RuntimeDefault");
      expect(at(podOf(deployment), "automountServiceAccountToken")).toBe(false);
      expect(at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable")).toBe(0);
      for (const container of containersOf(deployment)) {
        expect(at(container, "securityContext")).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        });
        expect(at(container, "resources", "limits", "memory")).toBeDefined();
      }
    },
  );
});

test("restarts of the service do not depend on Redis, but its readiness does", () => {
  const [container] = containersOf(manifest("Deployment", "qrlogin"));
  for (const probe of ["startupProbe", "livenessProbe"]) {
    expect(at(container, probe, "grpc", "service"), probe).toBe("liveness");
  }
  expect(at(container, "readinessProbe", "grpc", "service")).toBe("qrlogin.v1.QrLoginService");
});

describe("the TLS component", () => {
  const component = treeOf("kubernetes/tls/kustomization.yaml");
  const patches = listAt(component, "patches").map((each): Tree => parse(String(at(each, "patch"))));

  test("the TLS component patches existing containers", () => {
    for (const patch of patches) {
      const target = manifest("Deployment", nameOf(patch));
      const names = containersOf(target).map((each) => at(each, "name"));
      for (const container of containersOf(patch)) expect(names).toContain(at(container, "name"));
    }
  });

  test("the TLS component replaces every plaintext probe of the kubelet", () => {
    const [container] = containersOf(manifest("Deployment", "qrlogin"));
    const [patched] = containersOf(patches.find((each) => nameOf(each) === "qrlogin"));
    for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"]) {
      expect(at(container, probe, "grpc")).toBeDefined();
      expect(at(patched, probe, "grpc"), probe).toBeNull();
    }
    const commands = valuesOf(patched, "command");
    expect(commands).toHaveLength(2);
    for (const command of commands) expect(fileExists(`../${at(command, 1)}`)).toBe(true);
  });
});
