import { expect, it } from "vitest";
import { CreateTicketRequest, QrImageFormat } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { AppConfig } from "../../src/config/config.js";
import type { RenderOptions } from "../../src/qr/image_renderer.js";
import { createHandlers, type HandlerDependencies } from "../../src/server/handlers.js";
import { createService } from "../service/service_fixture.js";

it("CreateTicket renders the images of different apps in turns", async () => {
  const callers: (string | undefined)[] = [];
  const images = {
    async render(_content: string, _options: unknown, by?: RenderOptions) {
      callers.push(by?.caller);
      return { mediaType: "image/png", data: new Uint8Array() };
    },
  };
  const { tickets, clock } = createService();
  const dependencies = { tickets, clock, images, apps: [], maxCustomDataBytes: 512, minPollInterval: 500 };
  const { createTicket } = createHandlers(dependencies as unknown as HandlerDependencies).app;
  const request = CreateTicketRequest.fromPartial({ qrImage: { format: QrImageFormat.PNG } });
  const call = {
    setTicket: () => {},
    sendStatus: () => {},
    onEnd: () => {},
    signal: () => new AbortController().signal,
  };
  for (const id of ["shop", "blog"]) {
    await createTicket.handle({ id, userPool: "customers" } as AppConfig, request, call);
  }
  expect(callers).toEqual(["shop", "blog"]);
});
