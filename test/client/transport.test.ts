import { describe, expect, test } from "vitest";
import { createAppClient, createApproverClient } from "../../src/client/index.js";
import { isLoopbackTarget, resolveTransport } from "../../src/client/transport.js";

const secure = (options: Parameters<typeof resolveTransport>[0]) =>
  resolveTransport(options).credentials._isSecure();

describe("plain text", () => {
  test.each([
    "127.0.0.1:50051",
    "127.9.8.7:1",
    "localhost:50051",
    "LOCALHOST",
    "[::1]:50051",
    "::1",
    "[0:0:0:0:0:0:0:1]:1",
    "dns:localhost:1",
    "dns:///127.0.0.1:1",
    "ipv4:127.0.0.1:1,127.0.0.2:1",
    "ipv6:[::1]:1",
    "unix:/run/qrlogin.sock",
  ])("plain text is the default to the loopback address %s", (address) => {
    expect(isLoopbackTarget(address)).toBe(true);
    expect(secure({ address })).toBe(false);
    expect(secure({ address, tls: true })).toBe(true);
  });

  test.each([
    "login.example:50051",
    "10.0.0.1:50051",
    "127.0.0.1.example.com:50051",
    "localhost.example.com:50051",
    "[2001:db8::1]:50051",
    "0.0.0.0:50051",
    "ipv4:127.0.0.1:1,10.0.0.1:1",
    "dns://8.8.8.8/localhost:1",
    "dns:///login.example",
    "xds:///localhost",
  ])("plain text to %s needs an explicit option", (address) => {
    expect(isLoopbackTarget(address)).toBe(false);
    expect(secure({ address })).toBe(true);
    expect(secure({ address, tls: false })).toBe(false);
  });

  test("plain text never goes through a proxy from the environment", () => {
    expect(resolveTransport({ address: "127.0.0.1:1" }).unaryChannelOptions["grpc.enable_http_proxy"]).toBe(
      0,
    );
    expect(resolveTransport({ address: "login.example:1" }).unaryChannelOptions).not.toHaveProperty(
      "grpc.enable_http_proxy",
    );
  });
});

describe("options", () => {
  test("invalid options are rejected when the client is created, without their values in the error", () => {
    const address = "127.0.0.1:1";
    for (const [appId, appSecret] of [
      ["", "hush"],
      ["a:b", "hush"],
      ["a", ""],
    ] as const) {
      expect(() => createAppClient({ address, appId, appSecret })).toThrow(TypeError);
      expect(() => createAppClient({ address, appId, appSecret })).not.toThrow("hush");
    }
    expect(() => createAppClient({ address: "", appId: "a", appSecret: "s" })).toThrow(TypeError);
    expect(() => createApproverClient({ address, token: "" })).toThrow(TypeError);
    const rootCertificates = "not a certificate";
    expect(() => resolveTransport({ address, tls: { rootCertificates } })).toThrow(TypeError);
  });

  test.each(["https://login.example:50051", "http://127.0.0.1:50051", "HTTPS://login.example"])(
    "the URL %s is rejected as an address, which says what to pass",
    (address) => {
      expect(() => resolveTransport({ address })).toThrow(/address must be HOST:PORT and not a URL; .* tls/);
    },
  );

  test("channels detect a dead connection, and watch channels do so between calls as well", () => {
    const { unaryChannelOptions, extraUnaryChannelOptions, watchChannelOptions } = resolveTransport({
      address: "127.0.0.1:1",
    });
    for (const options of [unaryChannelOptions, extraUnaryChannelOptions, watchChannelOptions]) {
      expect(options).toMatchObject({
        "grpc.keepalive_time_ms": 30_000,
        "grpc.keepalive_timeout_ms": 10_000,
        // A separate connection for each channel.
        "grpc.use_local_subchannel_pool": 1,
      });
    }
    expect(unaryChannelOptions).not.toHaveProperty("grpc.keepalive_permit_without_calls");
    expect(watchChannelOptions).toMatchObject({ "grpc.keepalive_permit_without_calls": 1 });
  });

  test("additional channels close their connection after a minute without calls", () => {
    const { unaryChannelOptions, extraUnaryChannelOptions, watchChannelOptions } = resolveTransport({
      address: "127.0.0.1:1",
    });
    expect(unaryChannelOptions).not.toHaveProperty("grpc.client_idle_timeout_ms");
    expect(extraUnaryChannelOptions).toMatchObject({ "grpc.client_idle_timeout_ms": 60_000 });
    expect(watchChannelOptions).toMatchObject({ "grpc.client_idle_timeout_ms": 60_000 });
    const channelOptions = { "grpc.client_idle_timeout_ms": 5_000 };
    expect(resolveTransport({ address: "127.0.0.1:1", channelOptions }).watchChannelOptions).toMatchObject(
      channelOptions,
    );
  });
});
