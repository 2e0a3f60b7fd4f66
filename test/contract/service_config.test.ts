import { readFileSync } from "node:fs";
import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { serviceConfig } from "../../gen/service_config.js";
import { services } from "./descriptors.js";

const config = JSON.parse(readFileSync(new URL("../../gen/service_config.json", import.meta.url), "utf8"));
const names: { service: string; method: string }[] = config.methodConfig.flatMap(
  ({ name }: { name: object[] }) => name,
);

describe("gen/service_config.json", () => {
  it("the service config never repeats an exchange, a creation, a check code or a watch", () => {
    const repeated = new Set(names.map(({ method }) => method));
    const once = ["ExchangeUserInfo", "CreateTicket", "SubmitCheckCode", "WatchStatus"];
    expect(once.filter((method) => repeated.has(method))).toEqual([]);
    // A name without a method stands for all methods, and one without a service for all services.
    expect(names.filter(({ service, method }) => !service || !method)).toEqual([]);
  });

  it("the service config names every other method of the contract, once", () => {
    const once = ["ExchangeUserInfo", "CreateTicket", "SubmitCheckCode", "WatchStatus"];
    const others = services.flatMap(({ typeName, methods }) =>
      methods
        .map(({ name }) => name)
        .filter((name) => !once.includes(name))
        .map((name) => `${typeName}/${name}`),
    );
    expect(names.map(({ service, method }) => `${service}/${method}`).sort()).toEqual(others.sort());
  });

  it("the service config is the one that the TypeScript client uses", () => {
    expect(JSON.parse(serviceConfig)).toEqual(config);
  });

  it("the service config keeps the rules of gRPC, by which a library rejects it as a whole (gRFC A6)", () => {
    expect(Object.keys(config).sort()).toEqual(["loadBalancingConfig", "methodConfig", "retryThrottling"]);
    expect(config.loadBalancingConfig).toEqual([{ round_robin: {} }]);
    for (const { retryPolicy, ...others } of config.methodConfig) {
      expect(Object.keys(others)).toEqual(["name"]);
      const { maxAttempts, initialBackoff, maxBackoff, backoffMultiplier, retryableStatusCodes, ...unknown } =
        retryPolicy;
      expect(unknown).toEqual({});
      // More than five attempts are treated as five.
      expect([2, 3, 4, 5]).toContain(maxAttempts);
      for (const backoff of [initialBackoff, maxBackoff])
        expect(backoff).toMatch(/^(?!0+(\.0+)?s)\d+(\.\d{1,9})?s$/);
      expect(backoffMultiplier).toBeGreaterThan(0);
      expect(retryableStatusCodes.length).toBeGreaterThan(0);
      for (const code of retryableStatusCodes) expect(status).toHaveProperty(code);
    }
    const { maxTokens, tokenRatio } = config.retryThrottling;
    expect(Number.isInteger(maxTokens) && maxTokens > 0 && maxTokens <= 1_000).toBe(true);
    // Three decimal places are read.
    expect(tokenRatio * 1_000 >= 1 && Number.isInteger(tokenRatio * 1_000)).toBe(true);
  });
});
