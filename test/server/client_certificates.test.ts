import { connect as connectTls } from "node:tls";
import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { type AppClientOptions, createAppClient } from "../../src/client/index.js";
import {
  blogCertificate,
  expiredClientCertificate,
  foreignCertificate,
  longerNamesCertificate,
  namelessCertificate,
  serverOnlyCertificate,
  shopAndBlogCertificate,
  shopCertificate,
  slyCertificate,
} from "../support/client_certificates.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";

let server: TestServer;
afterEach(() => server.stop());

async function start(clientCertificates: "optional" | "required" = "optional"): Promise<void> {
  server = await startTestServer({ settings: mutualTlsSettings(clientCertificates) });
}

/** Makes a call with a certificate, or without one. Resolves with `OK`, or the name of the error. */
async function call(
  certChain: string | undefined,
  app: Pick<AppClientOptions, "appId" | "appSecret">,
): Promise<string> {
  const tls = { rootCertificates: certificate, ...(certChain && { certChain, privateKey }) };
  const client = createAppClient({ address: server.address, tls, appSecret: "-", ...app });
  try {
    await client.createTicket({});
    return "OK";
  } catch (error) {
    const { reason, code } = error as { reason?: string; code: number };
    return reason ?? status[code] ?? "";
  } finally {
    client.close();
  }
}

const shop = { appId: "shop", appSecret: undefined };
const blog = { appId: "blog", appSecret: appSecrets.blog };
const intranet = { appId: "intranet", appSecret: appSecrets.intranet };
const causes = () => server.lines.map(({ cause }) => cause).filter((cause) => cause !== undefined);

describe("an app with a client certificate", () => {
  it("is authenticated by its certificate alone if it has no secret", async () => {
    await start();
    expect(await call(shopCertificate, shop)).toBe("OK");
    expect(server.lines).toContainEqual(expect.objectContaining({ app: "shop", code: "OK" }));
  });

  it("needs certificate and secret if it has both", async () => {
    await start();
    expect(await call(blogCertificate, blog)).toBe("OK");
    expect(await call(undefined, blog)).toBe("APP_UNAUTHENTICATED");
    expect(await call(blogCertificate, { ...blog, appSecret: "wrong" })).toBe("APP_UNAUTHENTICATED");
    expect(await call(blogCertificate, { ...blog, appSecret: undefined })).toBe("APP_UNAUTHENTICATED");
    expect(causes()).toEqual([
      "the app blog needs a client certificate: there is no client certificate",
      "the secret of the app blog is wrong",
      expect.stringContaining("the credential is not app_id:app_secret"),
    ]);
  });

  it.each([
    ["no certificate", undefined, "there is no client certificate"],
    ["a certificate of another app", blogCertificate, "the client certificate has none of its names"],
    ["names that begin with its own", longerNamesCertificate, "the client certificate has none of its names"],
    ["no subject alternative name", namelessCertificate, "the client certificate has none of its names"],
    ["its name inside another name", slyCertificate, "the client certificate has none of its names"],
    ["an expired certificate", expiredClientCertificate, "CERT_HAS_EXPIRED"],
    ["a certificate of another authority", foreignCertificate, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["a certificate for servers alone", serverOnlyCertificate, "INVALID_PURPOSE"],
  ])("is refused with %s, and the log says why", async (_kind, certChain, cause) => {
    await start();
    expect(await call(certChain, { ...shop, ...(!certChain && { appSecret: "any" }) })).toBe(
      "APP_UNAUTHENTICATED",
    );
    expect(causes()).toEqual([expect.stringContaining(cause)]);
  });

  it("is chosen by the call among the apps that a certificate of a gateway names", async () => {
    await start();
    expect(await call(shopAndBlogCertificate, shop)).toBe("OK");
    expect(await call(shopAndBlogCertificate, blog)).toBe("OK");
    expect(await call(shopAndBlogCertificate, { ...blog, appSecret: "wrong" })).toBe("APP_UNAUTHENTICATED");
  });

  it("cannot call as another app, even with its secret", async () => {
    await start();
    expect(await call(shopCertificate, intranet)).toBe("APP_UNAUTHENTICATED");
    expect(await call(undefined, intranet)).toBe("OK");
    expect(causes()).toEqual(["the client certificate is not one of the app intranet"]);
  });
});

describe("client certificates that are required", () => {
  it("are demanded from every connection, and their absence or failure ends it", async () => {
    await start("required");
    expect(await call(shopCertificate, shop)).toBe("OK");
    for (const certChain of [
      undefined,
      foreignCertificate,
      expiredClientCertificate,
      serverOnlyCertificate,
    ]) {
      expect(await call(certChain, intranet)).toBe("UNAVAILABLE");
    }
  });

  it("need not be those of an app: a secret then authenticates it as ever", async () => {
    await start("required");
    expect(await call(namelessCertificate, intranet)).toBe("OK");
  });
});

it("a client whose option tls is a function presents a renewed certificate when it connects again", async () => {
  await start("required");
  let certificates = { rootCertificates: certificate, certChain: foreignCertificate, privateKey };
  const client = createAppClient({ address: server.address, appId: "shop", tls: () => certificates });
  onTestFinished(() => client.close());
  await expect(client.createTicket({})).rejects.toMatchObject({ codeName: "UNAVAILABLE" });
  certificates = { ...certificates, certChain: shopCertificate };
  expect(await client.getSigningKeys()).toBeDefined();
});

it("a connection with client certificates is never resumed, so that each one is verified", async () => {
  await start();
  const port = Number(server.address.split(":").at(-1));
  const sessions: Buffer[] = [];
  const open = async (session?: Buffer) => {
    const socket = connectTls({
      ...{ host: "127.0.0.1", port, ca: certificate, cert: shopCertificate, key: privateKey },
      ...{ ALPNProtocols: ["h2"], checkServerIdentity: () => undefined, ...(session && { session }) },
    });
    onTestFinished(() => void socket.destroy());
    socket.on("session", (next: Buffer) => sessions.push(next));
    await new Promise((resolve, reject) => socket.on("data", resolve).on("error", reject));
    const isReused = socket.isSessionReused();
    socket.destroy();
    return isReused;
  };
  expect(await open()).toBe(false);
  expect(sessions.length).toBeGreaterThan(0);
  expect(await open(sessions.at(-1))).toBe(false);
});
