import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type Browser, eventsPath, openBrowser } from "../gateway/browser.js";
import { freePort } from "../support/free_port.js";
import { newHandleKey } from "../support/gateway.js";
import type { Fault } from "./fault.js";
import { startFaultyGateway, startFaultyService } from "./world.js";

/** Faults of a gateway, and between it and the service. */
export const gatewayFaults: readonly Fault[] = [
  {
    section: "A gateway does not reach the service",
    async plant() {
      const gateway = await startFaultyGateway(`127.0.0.1:${await freePort()}`);
      await gateway.browser.post("/qrlogin/v1/tickets", { appId: "shop" });
      return [gateway];
    },
  },
  {
    section: "The secret of an app was replaced on one side",
    async plant() {
      const service = await startFaultyService();
      const apps = [{ id: "shop", secret: "the-secret-before" }];
      const gateway = await startFaultyGateway(service.address, { apps });
      await gateway.browser.post("/qrlogin/v1/tickets", { appId: "shop" });
      return [service, gateway];
    },
  },
  {
    section: "A handle key is missing",
    async plant() {
      const service = await startFaultyService();
      const [one, two] = [
        await startFaultyGateway(service.address),
        await startFaultyGateway(service.address, { handleKeys: [newHandleKey()] }),
      ];
      const { handle } = await one.browser.create();
      await two.browser.status(handle);
      return [two];
    },
  },
  {
    section: "A limit is reached",
    async plant() {
      const service = await startFaultyService();
      const gateway = await startFaultyGateway(service.address, { limits: { ticketsPerMinute: 2 } });
      for (let pages = 0; pages < 4; pages += 1)
        await openBrowser(gateway.url).post("/qrlogin/v1/tickets", { appId: "shop" });
      return [gateway];
    },
  },
  {
    section: "Event streams are cut",
    async plant() {
      const service = await startFaultyService();
      const gateway = await startFaultyGateway(service.address);
      const { handle } = await gateway.browser.create();
      for (let cuts = 0; cuts < 2; cuts += 1) {
        const events = gateway.browser.events(handle);
        await events.next();
        events.close();
      }
      return [gateway];
    },
  },
  {
    section: "A proxy buffers event streams",
    async plant() {
      const service = await startFaultyService();
      const gateway = await startFaultyGateway(service.address);
      const { handle } = await gateway.browser.create();
      const proxy = await startBufferingProxy(gateway.url);
      const request = get(`${proxy}${eventsPath(handle)}`, {
        headers: { cookie: cookiesOf(gateway.browser) },
      });
      request.on("response", () => void request.destroy(new Error("the proxy has passed a response on")));
      request.on("error", () => {});
      onTestFinished(() => void request.destroy());
      return [gateway];
    },
  },
  {
    section: "Pages of another site are rejected",
    async plant() {
      const service = await startFaultyService();
      const gateway = await startFaultyGateway(service.address);
      const origin = "https://new.example.com";
      await gateway.browser.post("/qrlogin/v1/tickets", { appId: "shop" }, { origin });
      return [gateway];
    },
  },
];

const cookiesOf = ({ cookies }: Browser) => [...cookies].map((pair) => pair.join("=")).join("; ");

/** Starts a proxy that passes a response on only once it is complete, at the end of the test. Resolves with its URL. */
async function startBufferingProxy(target: string): Promise<string> {
  const proxy = createServer((request, response) => {
    const { headers, url = "" } = request;
    const upstream = get(target + url, { headers }, async (received) => {
      const chunks = await received.toArray().catch(() => []);
      response.end(Buffer.concat(chunks));
    });
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
