import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { collectProblems, gateway, load, temporaryFile } from "../support/config_files.js";
import { certificate, otherPrivateKey, privateKey } from "../support/fixed_certificates.js";

const loaded = (keys: object) => load({ gateway: { ...gateway, ...keys } }, {}, "gateway").gateway;
const problems = (keys: object) =>
  collectProblems(() => load({ gateway: { ...gateway, ...keys } }, {}, "gateway"));
const paths = (keys: object) => problems(keys).map(({ path }) => path);
const withApp = (keys: object) => ({ apps: [{ ...gateway.apps[0], ...keys }] });

test("a gateway with one app and one key has defaults for everything else", () => {
  expect(loaded({})).toEqual({
    address: "127.0.0.1:8080",
    tls: undefined,
    metrics: { enabled: true, address: undefined },
    allowPlaintextOnNetwork: false,
    service: { address: "127.0.0.1:50051", tls: undefined, caFile: undefined },
    apps: [
      {
        id: "shop",
        secret: "hunter2-hunter2",
        name: undefined,
        logo: undefined,
        origins: [],
        bindToBrowser: true,
        requireCodeChallenge: true,
        exchangeFromBrowser: false,
        fullUserInStatus: false,
        pollByTicketId: false,
        pageFields: [],
      },
    ],
    handleKeys: gateway.handleKeys,
    authingApi: true,
    rpcMethods: ["MarkScanned", "Authorize", "Cancel"],
    handleTtl: 3_600_000,
    heartbeatInterval: 15_000,
    trustedProxies: [],
    traceContextFrom: [],
    clientIpHeader: "x-forwarded-for",
    limits: {
      ticketsPerMinute: 600,
      callsPerMinute: 6000,
      ticketTtl: 120_000,
      streams: 10_000,
      streamsPerAddress: 2000,
      connections: 20_000,
      connectionsPerAddress: 5000,
    },
    shutdown: { delay: 0, drainTime: 5_000, gracePeriod: 10_000 },
  });
});

test("a section without apps and keys is rejected for both", () => {
  expect(collectProblems(() => load({ gateway: {} }, {}, "gateway"))).toEqual([
    { path: "gateway.apps", message: "is missing: The apps that the gateway acts for" },
    { path: "gateway.handleKeys", message: "is missing: Keys that encrypt the handles of the pages" },
  ]);
  expect(paths({ apps: [], handleKeys: [] })).toEqual(["gateway.apps", "gateway.handleKeys"]);
});

test.each([
  ["address", { address: "8080" }],
  ["handleTtl", { handleTtl: "59s" }],
  ["handleTtl", { handleTtl: "49h" }],
  ["heartbeatInterval", { heartbeatInterval: "999ms" }],
  ["heartbeatInterval", { heartbeatInterval: "6m" }],
  ["limits.ticketsPerMinute", { limits: { ticketsPerMinute: 0 } }],
  ["limits.callsPerMinute", { limits: { callsPerMinute: 10_000_001 } }],
  ["limits.streams", { limits: { streams: 1_000_001 } }],
  ["limits.ticketTtl", { limits: { ticketTtl: "2h" } }],
  ["limits.streamsPerAddress", { limits: { streamsPerAddress: 0 } }],
  ["limits.connections", { limits: { connections: 0 } }],
  ["limits.connectionsPerAddress", { limits: { connectionsPerAddress: 0 } }],
  ["shutdown.gracePeriod", { shutdown: { gracePeriod: "11m" } }],
  ["service.address", { service: { address: "127.0.0.1:0" } }],
  ["service.address", { service: { address: "http://127.0.0.1:50051" } }],
  ["service.tls", { service: { tls: "yes" } }],
  ["apps[0].id", withApp({ id: "shop:1" })],
  ["apps[0].secret", withApp({ secret: "" })],
  ["apps[0].name", withApp({ name: "" })],
  ["apps[0].name", withApp({ name: "n".repeat(129) })],
  ["apps[0].logo", withApp({ logo: "http://shop.example.com/logo.png" })],
  ["apps[0].bindToBrowser", withApp({ bindToBrowser: "no" })],
  ["tls.keyFile", { tls: { certFile: "tls.crt" } }],
])("gateway.%s has limits: %j", (path, keys) => {
  expect(paths(keys)).toContain(`gateway.${path}`);
});

test("an unknown key is reported with a suggestion", () => {
  expect(problems({ handleKey: "x", ...withApp({ orgins: [] }) })).toEqual([
    { path: "gateway.apps[0].orgins", message: "is not a key here; did you mean origins?" },
    { path: "gateway.handleKey", message: "is not a key here; did you mean handleKeys?" },
  ]);
});

describe("the gateway on the network", () => {
  test.each(["0.0.0.0:8080", "[::]:8080", "10.0.0.1:0", "gateway.example.com:443"])(
    "plain text is rejected at %s, and the message names both remedies",
    (address) => {
      const [problem, ...more] = problems({ address });
      expect(more).toEqual([]);
      expect(problem?.path).toBe("gateway.address");
      expect(problem?.message).toMatch(/gateway\.tls\.certFile.*gateway\.allowPlaintextOnNetwork/);
    },
  );

  test("the gateway may listen on the network with TLS, or if plain text is allowed", () => {
    const tls = {
      certFile: temporaryFile("tls.crt", certificate),
      keyFile: temporaryFile("tls.key", privateKey),
    };
    expect(loaded({ address: "0.0.0.0:443", tls })?.tls).toMatchObject(tls);
    expect(paths({ address: "0.0.0.0:8080", allowPlaintextOnNetwork: true })).toEqual([]);
  });

  test("a certificate with another key is rejected", () => {
    const tls = {
      certFile: temporaryFile("tls.crt", certificate),
      keyFile: temporaryFile("tls.key", otherPrivateKey),
    };
    expect(paths({ tls })).toEqual(["gateway.tls"]);
    expect(paths({ tls: { ...tls, keyFile: join(tls.keyFile, "..", "nowhere") } })).toEqual([
      "gateway.tls.keyFile",
    ]);
  });
});

describe("the gateway's connection to the service", () => {
  test.each([
    "qr.example.com:50051",
    "dns:qr.example.com:50051",
    "dns:///qrlogin-nodes:50051",
    "dns:///[::1]:50051",
    "ipv4:10.0.0.1:50051",
    "ipv4:10.0.0.1:50051,10.0.0.2:50052",
    "ipv4:///10.0.0.1:50051,10.0.0.2:50051",
    "ipv6:[2001:db8::1]:50051,[::1]:50051",
    "unix:/run/proxy.sock",
    "unix:///run/proxy.sock",
  ])("the service address may be the target %s, as gRPC writes it", (address) => {
    expect(loaded({ service: { address } })?.service.address).toBe(address);
  });

  test.each([
    "10.0.0.1:50051,10.0.0.2:50051",
    "ipv4:10.0.0.1:50051,",
    "ipv4:10.0.0.1:50051, 10.0.0.2:50051",
    "ipv4:10.0.0.1:50051,10.0.0.2",
    "ipv4:10.0.0.1:0",
    "ipv4:qr.example.com:50051",
    "ipv4:[::1]:50051",
    "ipv6:10.0.0.1:50051",
    "ipv6:::1:50051",
    "dns:50051",
    "dns:///",
    "dns:///a:50051,b:50051",
    "dns://192.0.2.1/qr.example.com:50051",
    "unix:run/proxy.sock",
    "unix://host/run/proxy.sock",
    "unix:///",
    "xds:///qrlogin",
    "https://qr.example.com:50051",
  ])("the service address cannot be %s, and the message lists the formats", (address) => {
    const [problem] = problems({ service: { address } });
    expect(problem?.path).toBe("gateway.service.address");
    expect(problem?.message).toContain("ipv4:IP:PORT,IP:PORT");
  });

  test.each([
    ["ipv4:127.0.0.1:50051,127.0.0.2:50051", []],
    ["unix:/run/proxy.sock", []],
    ["dns:///localhost:50051", []],
    ["ipv4:127.0.0.1:50051,10.0.0.1:50051", ["gateway.service.tls"]],
    ["dns:///qr.example.com:50051", ["gateway.service.tls"]],
  ])(
    "the service at %s may be called in plain text only if all its hosts are loopback",
    (address, expected) => {
      expect(paths({ service: { address, tls: false } })).toEqual(expected);
    },
  );

  test("the service may be called in plain text over the network only if that is allowed", () => {
    const service = { address: "qr.example.com:50051", tls: false };
    const [problem, ...more] = problems({ service });
    expect(more).toEqual([]);
    expect(problem?.path).toBe("gateway.service.tls");
    expect(problem?.message).toContain("gateway.allowPlaintextOnNetwork");
    expect(paths({ service, allowPlaintextOnNetwork: true })).toEqual([]);
    expect(paths({ service: { ...service, address: "[::1]:50051" } })).toEqual([]);
    expect(paths({ service: { address: service.address } })).toEqual([]);
  });

  test("the service may be trusted by certificates in a file", () => {
    const caFile = temporaryFile("ca.crt", `# ours\n${certificate}${certificate}`);
    expect(loaded({ service: { caFile } })?.service.caFile).toBe(caFile);
  });

  test.each([
    ["that is empty", ""],
    ["with a private key", privateKey],
    ["with a certificate that is cut off", certificate.slice(0, 300)],
    ["with one good certificate and one bad", `${certificate}${certificate.replace("MIIB", "MIIC")}`],
  ])("a file %s cannot be used to trust the service", (_, content) => {
    expect(problems({ service: { caFile: temporaryFile("ca.crt", content) } })).toEqual([
      {
        path: "gateway.service.caFile",
        message: expect.stringMatching(/^the file must contain certificates in PEM format/),
      },
    ]);
  });

  test("a missing certificate file is rejected, and one that plain text makes useless", () => {
    expect(problems({ service: { caFile: "/nowhere/ca.crt" } })).toEqual([
      { path: "gateway.service.caFile", message: "the file does not exist" },
    ]);
    const caFile = temporaryFile("ca.crt", certificate);
    expect(paths({ service: { tls: false, caFile } })).toEqual(["gateway.service.caFile"]);
  });
});

test("ids of apps must be unique", () => {
  expect(
    problems({ apps: [gateway.apps[0], { id: "blog", secret: "s" }, { id: "shop", secret: "t" }] }),
  ).toEqual([{ path: "gateway.apps[2].id", message: "is also the id of gateway.apps[0]" }]);
});

test("the full profile cannot be in the status of an app that polls by ticket id", () => {
  expect(paths(withApp({ pollByTicketId: true, fullUserInStatus: true }))).toEqual([
    "gateway.apps[0].fullUserInStatus",
  ]);
  expect(paths(withApp({ pollByTicketId: true }))).toEqual([]);
  expect(paths(withApp({ exchangeFromBrowser: true, fullUserInStatus: true }))).toEqual([]);
});

test.each([
  ["a handle key", { handleKeys: [`${gateway.handleKeys[0]}-hunter2`] }],
  ["handle keys as a number", { handleKeys: [7] }],
  ["an app's secret", withApp({ secret: ["hunter2"] })],
  ["an app's secret in a wrong place", withApp({ hunter2: true, origins: ["https://hunter2@shop"] })],
])("no message repeats %s", (what, keys) => {
  const found = problems(keys);
  expect(found).not.toEqual([]);
  // Messages contain the name of an unknown key, but never its value.
  const texts = found.map(({ path, message }) => (what.includes("place") ? message : `${path}${message}`));
  expect(texts.join()).not.toContain("hunter2");
});
