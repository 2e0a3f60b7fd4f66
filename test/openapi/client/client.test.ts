import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateSource } from "oazapfts";
import { describe, expect, it } from "vitest";
import { aliceToken, gateway, setUpGateway } from "../../gateway/setup.js";
import { createTicket, qrLoginServiceAuthorize, qrLoginServiceMarkScanned } from "./generated_client.js";

setUpGateway();

describe("a client that oazapfts generates from the description", () => {
  it("the committed client is the one that the description generates", async () => {
    const description = fileURLToPath(new URL("../../../gen/openapi.json", import.meta.url));
    const committed = readFileSync(new URL("./generated_client.ts", import.meta.url), "utf8");
    expect(await generateSource(description)).toBe(committed);
  }, 30_000);

  it("the client creates a ticket, scans it and approves, with types for responses and errors", async () => {
    const site = { baseUrl: gateway.url };
    const phone = { ...site, headers: { authorization: `Bearer ${aliceToken}` } };
    const created = await createTicket({ appId: "shop", deviceName: "Generated" }, site);
    if (created.status !== 201) throw new Error(`the ticket was not created: ${created.data.reason}`);
    const { qrContent, ticketId } = created.data;
    const early = await qrLoginServiceAuthorize({ ticketId }, {}, phone);
    if (early.status !== 400) throw new Error(`the status is ${early.status}`);
    expect(early.data.details?.[0]?.debug?.reason).toBe("TICKET_NOT_SCANNED");
    const scanned = await qrLoginServiceMarkScanned({ qrContent }, {}, phone);
    if (scanned.status !== 200) throw new Error(`the scan failed: ${scanned.data.code}`);
    expect([scanned.data.app?.name, scanned.data.requester?.deviceName]).toEqual([
      "Example Shop",
      "Generated",
    ]);
    const approved = await qrLoginServiceAuthorize({ ticketId }, {}, phone);
    expect(approved).toMatchObject({ status: 200, data: { state: "TICKET_STATE_AUTHORIZED" } });
  });
});
