import { describe, expect, it } from "vitest";
import type { Ticket } from "../../src/domain/ticket.js";
import { appHeader, call, v2, v3 } from "./authing_calls.js";
import { browser, clock, scan, setUpGateway } from "./setup.js";

let created: Ticket | undefined;
setUpGateway({
  service: {
    settings: { policy: { qrRotation: { interval: "10s" } } },
    store: (embedded) => ({
      ...embedded,
      create(ticket) {
        created = ticket;
        return embedded.create(ticket);
      },
    }),
  },
});

describe("an app whose policy has changing codes", () => {
  it("the gateway's own API creates tickets whose code changes", async () => {
    const { qrContent } = await browser.create();
    expect(created?.qrRotation).toMatchObject({ interval: 10_000 });
    expect(JSON.parse(qrContent).random).toMatch(/^[\w-]{22}\.0001\.[\w-]{12}$/);
    await scan({ qrContent });
  });

  it.each([
    ["2", `${v2}/gene`],
    ["3", `${v3}/gene-qrcode`],
  ])(
    "version %s of the Authing API, which cannot show the next code, creates one that stays",
    async (...[, path]) => {
      const answer = await call(path, {}, appHeader("shop"));
      expect(answer.data).toHaveProperty("url");
      const { id = "", qrRotation } = created ?? {};
      expect(qrRotation).toBeUndefined();
      clock.advance(60_000);
      await scan({ qrContent: JSON.stringify({ scene: "APP_AUTH", random: id, userPoolId: "customers" }) });
    },
  );
});
