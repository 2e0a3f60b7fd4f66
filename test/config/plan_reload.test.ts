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

  it("names nothing that the process does not use", () => {
    const running = configWith({ gateway });
    const read = configWith({ gateway: { ...gateway, authingApi: false }, tickets: { ttl: "90s" } });
    expect(planReload(running, read, "service").restartPaths).toEqual(["tickets.ttl"]);
    expect(planReload(running, read, "gateway").restartPaths).toEqual(["gateway.authingApi"]);
  });
});
