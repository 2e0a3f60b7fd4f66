import { describe, expect, it } from "vitest";
import { describeKeys } from "../../src/doctor/probes/describe_keys.js";

describe("a key of an issuer", () => {
  it.each([
    ["its curve", "P-256", ["ES256"]],
    ["no algorithm if the curve is the name of an inherited property", "constructor", []],
    ["no algorithm if the curve has no text form", { toString: false }, []],
  ])("is described with %s", (_title, crv, algorithms) => {
    const described = describeKeys({ keys: [{ kty: "EC", crv, alg: "ES256" }] });
    expect(described?.map((key) => key.algorithms)).toEqual([algorithms]);
  });
});
