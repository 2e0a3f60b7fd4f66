import { describe, expect, it } from "vitest";
import { createOutgoingRequests, directRequests } from "../../src/auth/outgoing/outgoing_requests.js";
import type { OutgoingConfig } from "../../src/config/config.js";
import { freePort } from "../support/free_port.js";
import { issuerHost, makeIssuerCertificate, startIssuer, startProxy } from "./outgoing_fixture.js";

const direct: OutgoingConfig = { proxy: undefined, noProxy: [], caFile: undefined };
const uri = `https://${issuerHost}/jwks.json`;

/** Sends a request to the issuer. Resolves with the body, or with the message of the error. */
async function get(config: Partial<OutgoingConfig>, target = uri, signal?: AbortSignal): Promise<string> {
  const requests = await createOutgoingRequests({ ...direct, ...config });
  try {
    const response = await requests.fetch(target, { redirect: "manual", ...(signal && { signal }) });
    return await response.text();
  } catch (error) {
    return String(error);
  }
}

describe("an issuer with a private authority behind a proxy", () => {
  it("is reached through the proxy, whose name and password are sent to the proxy alone", async () => {
    const files = makeIssuerCertificate();
    const proxy = await startProxy(await startIssuer(files));
    const url = `http://user:proxy-password@127.0.0.1:${proxy.port}`;
    expect(await get({ proxy: url, caFile: files.certFile })).toBe('{"keys":[]}');
    expect(proxy.targets).toEqual([`${issuerHost}:443`]);
    const basic = Buffer.from("user:proxy-password").toString("base64");
    expect(proxy.credentials).toEqual([`Basic ${basic}`]);
  });

  it("is not trusted without its authority, and the error names the setting", async () => {
    const files = makeIssuerCertificate();
    const proxy = await startProxy(await startIssuer(files));
    expect(await get({ proxy: `http://127.0.0.1:${proxy.port}` })).toBe(
      `Error: The certificate of ${issuerHost} is not from a trusted authority; name a private one in outgoing.caFile.`,
    );
  });

  it("is rejected if its certificate has another name, whatever authority has signed it", async () => {
    const files = makeIssuerCertificate();
    const proxy = await startProxy(await startIssuer(files));
    const config = { proxy: `http://127.0.0.1:${proxy.port}`, caFile: files.certFile };
    expect(await get(config, "https://other.example.com/")).toBe(
      "Error: The certificate of other.example.com is for another name.",
    );
  });
});

describe("requests that use no proxy", () => {
  it("requests to loopback addresses use no proxy", async () => {
    const files = makeIssuerCertificate();
    const port = await startIssuer(files);
    const proxy = await startProxy(port);
    const config = { proxy: `http://127.0.0.1:${proxy.port}`, caFile: files.certFile };
    expect(await get(config, `https://localhost:${port}/`)).toBe('{"keys":[]}');
    expect(proxy.targets).toEqual([]);
  });

  it.each([[issuerHost], [".example.com"], ["*"], [`${issuerHost}:443`]])(
    "requests to hosts that noProxy names with %s use no proxy",
    async (entry) => {
      const proxy = await startProxy(1);
      const aborted = AbortSignal.abort(new Error("not sent"));
      await get({ proxy: `http://127.0.0.1:${proxy.port}`, noProxy: [entry] }, uri, aborted);
      expect(proxy.targets).toEqual([]);
    },
  );

  it("without settings, requests are those of the global fetch", async () => {
    expect(await createOutgoingRequests(direct)).toBe(directRequests);
  });
});

describe("the errors of a proxy", () => {
  it.each([
    [407, "responded with status 407: it needs a name and a password in outgoing.proxy."],
    [
      403,
      `responded with status 403 to a connection to ${issuerHost}; allow it there, or add the host to outgoing.noProxy.`,
    ],
  ])("names the proxy that responds with status %i, and what to do", async (status, text) => {
    const proxy = await startProxy(1, status);
    expect(await get({ proxy: `http://user:proxy-password@127.0.0.1:${proxy.port}` })).toBe(
      `Error: The proxy 127.0.0.1:${proxy.port} ${text}`,
    );
  });

  it("names the proxy that cannot be reached", async () => {
    const port = await freePort();
    expect(await get({ proxy: `http://127.0.0.1:${port}` })).toBe(
      `Error: The proxy 127.0.0.1:${port} cannot be reached (ECONNREFUSED).`,
    );
  });

  it("ends a request at a proxy that does not respond with the signal of the caller", async () => {
    const proxy = await startProxy(1, 0);
    const controller = new AbortController();
    const result = get({ proxy: `http://127.0.0.1:${proxy.port}` }, uri, controller.signal);
    await expect.poll(() => proxy.targets).toHaveLength(1);
    controller.abort(new Error("took too long"));
    expect(await result).toBe("Error: took too long");
  });
});
