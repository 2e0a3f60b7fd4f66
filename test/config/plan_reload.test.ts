import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.js";
import { planReload } from "../../src/config/reload/plan_reload.js";
import { app, contentWith, gateway, load, pool } from "../support/config_files.js";

const admin = { id: "oncall", secretSha256: ["ef".repeat(32)] };
const configWith = (keys: object): Config => load(contentWith(keys));

describe("the plan of a reload", () => {
  it("takes apps, user pools, administrators and policies as they are read, and keeps what needs a restart", () => {
    const running = configWith({ admins: [admin] });
    const read = configWith({
      policy: { checkCode: { mode: "always" } },
      userPools: [{ ...pool, audience: ["web"] }],
      apps: [
        { ...app, name: "A new name" },
        { ...app, id: "forum" },
      ],
      admins: [{ ...admin, secretSha256: ["ab".repeat(32)] }],
      ...{ log: { level: "debug" }, tickets: { ttl: "90s" }, grpc: { address: "127.0.0.1:1" } },
    });
    const plan = planReload(running, read, "service");
    const { policy, userPools, apps, admins, log } = read;
    expect(plan).toEqual({
      config: { ...running, policy, userPools, apps, admins, log },
      changes: [
        "policy.checkCode.mode: not set -> always",
        ...["userPools[customers].audience", "apps[shop].name", "apps[forum]"],
        ...["admins[oncall].secretSha256", "log.level"],
      ],
      restartPaths: ["grpc.address", "tickets.ttl"],
    });
  });

  it("leaves the first administrator for a restart, which alone adds the admin service", () => {
    const plan = planReload(configWith({}), configWith({ admins: [admin] }), "service");
    expect(plan).toMatchObject({ config: { admins: [] }, changes: [], restartPaths: ["admins[oncall]"] });
  });

  it("is refused if apps would need client certificates, which only a restart turns on", () => {
    const running = configWith({});
    const [shop] = running.apps;
    const files = { certFile: "server.pem", keyFile: "server.pem", clientCaFile: "ca.pem" };
    const tls = { ...files, minVersion: "TLSv1.3", clientCertificates: "required" } as const;
    const read = {
      ...running,
      grpc: { ...running.grpc, tls },
      apps: [{ ...shop, secretSha256: [], certificateNames: ["shop.example.com"] }],
    } as Config;
    expect(() => planReload(running, read, "service")).toThrow(
      "apps[shop].certificateNames: needs a restart, since a reload does not turn on grpc.tls.clientCertificates",
    );
    expect(planReload({ ...running, grpc: read.grpc }, read, "service").config.apps).toBe(read.apps);
  });

  it("is refused if apps of the gateway would need its client certificate, which only a restart turns on", () => {
    const running = configWith({ gateway });
    const withService = (certFile: string) =>
      ({
        ...running,
        gateway: {
          ...running.gateway,
          service: { ...running.gateway?.service, certFile, keyFile: certFile },
          apps: [{ ...running.gateway?.apps[0], secret: undefined }],
        },
      }) as Config;
    const read = withService("gateway.pem");
    expect(() => planReload(running, read, "gateway")).toThrow("gateway.apps[shop]: needs a restart");
    expect(planReload(withService("old.pem"), read, "gateway").restartPaths).toEqual([]);
  });

  it("names nothing that the process does not use", () => {
    const running = configWith({ gateway });
    const read = configWith({ gateway: { ...gateway, authingApi: false }, tickets: { ttl: "90s" } });
    expect(planReload(running, read, "service").restartPaths).toEqual(["tickets.ttl"]);
    expect(planReload(running, read, "gateway").restartPaths).toEqual(["gateway.authingApi"]);
  });

  it("names a change of every section in the processes that use it, and in no other", () => {
    const running = configWith({ gateway });
    const { policy } = configWith({ policy: { checkCode: { mode: "always" } } });
    const other: Readonly<Record<string, unknown>> = { userPools: [], apps: [], policy };
    const processesOf = (section: string) =>
      (["service", "gateway"] as const).filter((process) => {
        const { changes, restartPaths } = planReload(
          running,
          { ...running, [section]: other[section] },
          process,
        );
        return [...changes, ...restartPaths].length > 0;
      });
    const { development: _, admins: __, tokenIssuer: ___, ...sections } = running;
    const [service, both] = [["service"], ["service", "gateway"]];
    expect(
      Object.fromEntries(Object.keys(sections).map((section) => [section, processesOf(section)])),
    ).toEqual({
      ...{ gateway: ["gateway"], log: both, reload: both },
      ...{
        grpc: service,
        metrics: service,
        store: service,
        outgoing: service,
        tickets: service,
        watch: service,
      },
      ...{ userTokens: service, policy: service, userPools: service, apps: service },
    });
  });
});
