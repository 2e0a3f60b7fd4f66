import { describe, expect, test } from "vitest";
import { findPolicyWarnings } from "../../src/config/checks/find_policy_warnings.js";
import { app, contentWith, gateway, load, pool } from "../support/config_files.js";

const warningsOf = (content: object) =>
  findPolicyWarnings(load(contentWith({ gateway, ...content }), {}, "check"));

const always = { checkCode: { mode: "always" } };

describe("the warnings of check-config about policies", () => {
  test.each([
    ["all apps", { policy: always }],
    ["its user pool", { userPools: [{ ...pool, policy: always }] }],
    ["the app", { apps: [{ ...app, policy: always }] }],
  ])(
    "there is a warning of an app that the Authing API cannot serve, by the policy of %s",
    (_level, content) => {
      expect(warningsOf(content)).toEqual([
        { setting: "gateway.authingApi", warning: expect.stringMatching(/no codes for shop, .*check code/) },
      ]);
    },
  );

  test("there is a warning of an app whose codes do not change in the Authing API", () => {
    const policy = { qrRotation: { interval: "10s" } };
    expect(warningsOf({ policy })).toEqual([
      {
        setting: "gateway.authingApi",
        warning: expect.stringMatching(/for shop do not change, .*stored pict/),
      },
    ]);
    expect(warningsOf({ policy, gateway: { ...gateway, authingApi: false } })).toEqual([]);
    // Then it creates none, whatever they would do.
    expect(warningsOf({ policy: { ...policy, ...always } })).toHaveLength(1);
  });

  test("there is a warning of changing codes that end before the shortest lifetime of a ticket", () => {
    const warningsWith = (qrRotation: object) =>
      warningsOf({
        policy: { qrRotation: { interval: "5s" } },
        gateway: undefined,
        apps: [{ ...app, policy: { qrRotation } }],
      });
    expect(warningsWith({ maxSteps: 5 })).toEqual([
      { setting: "apps[0].policy.qrRotation", warning: expect.stringMatching(/of shop expires after 25s, /) },
    ]);
    expect(warningsWith({ maxSteps: 6 })).toEqual([]);
    expect(warningsWith({ maxSteps: 5, interval: "0s" })).toEqual([]);
  });

  test.each([
    ["no policy needs a check code", {}],
    [
      "the app needs none, although its pool does",
      {
        userPools: [{ ...pool, policy: always }],
        apps: [{ ...app, policy: { checkCode: { mode: "off" } } }],
      },
    ],
    ["the Authing API is off", { policy: always, gateway: { ...gateway, authingApi: false } }],
    ["the file has no gateway", { policy: always, gateway: undefined }],
    [
      "the gateway serves other apps",
      {
        apps: [app, { ...app, id: "intranet", policy: always }],
      },
    ],
  ])("there is no warning if %s", (_case, content) => {
    expect(warningsOf(content)).toEqual([]);
  });
});
