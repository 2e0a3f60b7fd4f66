import { expect, onTestFinished, test } from "vitest";
import { createAppClient } from "../../src/client/index.js";
import { eventually } from "../support/eventually.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";

/** Starts a server. Servers stop in reverse order, since each checks for what is left since its start. */
async function startedServer(): Promise<TestServer> {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  return server;
}

test("calls are spread over all addresses, and go on at the others when one server has stopped", async () => {
  const first = await startedServer();
  const others = [await startedServer(), await startedServer()];
  const servers = [first, ...others];
  const address = `ipv4:${servers.map((server) => server.address).join(",")}`;
  const client = createAppClient({ address, appId: "shop", appSecret: appSecrets.shop });
  onTestFinished(() => client.close());
  const callsOf = ({ lines }: TestServer) => lines.filter(({ method }) => method === "CreateTicket").length;

  await eventually(async () => {
    await client.createTicket({});
    for (const server of servers) expect(callsOf(server)).toBeGreaterThan(0);
  });

  await first.service.stop();
  const before = others.map(callsOf);
  await eventually(async () => {
    await client.createTicket({});
    for (const [index, server] of others.entries())
      expect(callsOf(server)).toBeGreaterThan(before[index] ?? 0);
  });
});
