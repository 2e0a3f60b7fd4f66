import { beforeEach, describe, expect, test } from "vitest";
import type { DisabledSignIns } from "../../src/domain/disabled_sign_ins.js";
import type { SignInSwitch } from "../../src/store/sign_in_switch.js";

export const shopRecord: DisabledSignIns = {
  target: { kind: "app", id: "shop" },
  note: 'ring 555 0100; "codes" in mails\u00fc',
  adminId: "ops",
  disabledAt: 1_764_000_000_000,
};

export const customersRecord: DisabledSignIns = {
  target: { kind: "userPool", id: "customers" },
  ...{ note: "", adminId: "night.shift", disabledAt: 1_764_000_000_001 },
};

/** Describes what every switch does. `create` resolves with one that has no records. */
export function describeSignInSwitch(name: string, create: () => Promise<SignInSwitch>): void {
  describe(`the switch ${name}`, () => {
    let signInSwitch: SignInSwitch;
    beforeEach(async () => {
      signInSwitch = await create();
    });

    test(`the switch ${name} disables exactly what has a record`, async () => {
      expect(signInSwitch.isDisabled("shop", "customers")).toBe(false);
      await signInSwitch.disable(shopRecord);
      expect(signInSwitch.isDisabled("shop", "customers")).toBe(true);
      expect(signInSwitch.isDisabled("blog", "customers")).toBe(false);
      expect(signInSwitch.isDisabled("customers", "shop")).toBe(false);
      await signInSwitch.disable(customersRecord);
      expect(signInSwitch.isDisabled("blog", "customers")).toBe(true);
      expect(await signInSwitch.enable(shopRecord.target)).toBe(true);
      expect(signInSwitch.isDisabled("shop", "customers")).toBe(true);
      expect(await signInSwitch.enable(customersRecord.target)).toBe(true);
      expect(signInSwitch.isDisabled("shop", "customers")).toBe(false);
    });

    test(`the switch ${name} lists what was stored, apps first`, async () => {
      expect(await signInSwitch.list()).toEqual([]);
      await signInSwitch.disable(customersRecord);
      await signInSwitch.disable(shopRecord);
      const blogRecord: DisabledSignIns = { ...customersRecord, target: { kind: "app", id: "blog" } };
      await signInSwitch.disable(blogRecord);
      expect(await signInSwitch.list()).toEqual([blogRecord, shopRecord, customersRecord]);
    });

    test(`the switch ${name} keeps the last record of a target, and says whether there was one`, async () => {
      await signInSwitch.disable(shopRecord);
      await signInSwitch.disable({ ...shopRecord, note: "over", adminId: "boss" });
      expect(await signInSwitch.list()).toEqual([{ ...shopRecord, note: "over", adminId: "boss" }]);
      expect(await signInSwitch.enable(shopRecord.target)).toBe(true);
      expect(await signInSwitch.enable(shopRecord.target)).toBe(false);
      expect(await signInSwitch.list()).toEqual([]);
    });
  });
}
