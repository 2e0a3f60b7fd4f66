import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { gateway as required } from "../support/config_files.js";

const document = readFileSync(new URL("../../docs/gateway.md", import.meta.url), "utf8");
const { gateway, tickets, store } = configSchema.parse({ gateway: required });

/** Returns the number of one-minute windows that a period can touch if it starts and ends within a window. */
const windowsIn = (ms: number) => Math.ceil(ms / 60_000) + 1;

it("one address cannot fill more than 8 percent of an app's tickets with the default settings", () => {
  if (!gateway) throw new Error("there is a gateway");
  const { ticketsPerMinute, ticketTtl } = gateway.limits;
  const counted = Math.max(ticketTtl, tickets.ttl) + tickets.retention;
  const ofAddress = windowsIn(counted) * ticketsPerMinute;
  expect(ofAddress / store.maxTicketsPerApp).toBeLessThan(0.08);
  expect((10 * ofAddress) / store.maxTicketsPerApp).toBeLessThan(0.8);

  const format = (count: number) => count.toLocaleString("en");
  const sums = `${windowsIn(counted)} x ${ticketsPerMinute} = ${format(ofAddress)}`;
  expect(document).toContain(`| one address | ${sums} | ${(ofAddress * 100) / store.maxTicketsPerApp} % |`);
  expect(document).toContain(`4 x ${format(ofAddress)} = ${format(4 * ofAddress)}`);
});

it("one address cannot hold more than a tenth of the gateway's watches", () => {
  if (!gateway) throw new Error("there is a gateway");
  const { ticketsPerMinute, ticketTtl, streams } = gateway.limits;
  const live = windowsIn(Math.max(ticketTtl, tickets.ttl)) * ticketsPerMinute;
  expect(live / (2 * streams)).toBeLessThan(0.1);
  expect(document).toContain(`at most ${live.toLocaleString("en")} live tickets`);
});
