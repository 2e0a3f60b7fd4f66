import { request as plain } from "node:http";
import { request as overTls } from "node:https";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { type ApproverClient, createApproverClient } from "../../../src/client/index.js";
import { basic } from "../callers.js";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../gateway.js";
import { appSecrets, startTestServer, type TestServer, type TestServerOptions } from "../server.js";
import { withTimeout } from "../timeout.js";
import { signToken } from "../tokens.js";

/** Real service and real phone, for one test. */
export interface PageEnvironment {
  readonly server: TestServer;
  /** Client of alice's phone. */
  readonly phone: ApproverClient;
  /** Starts a gateway for the service. It is stopped at the end of the test, if not earlier. */
  gateway(options?: TestGatewayOptions): Promise<TestGateway>;
}

/** Starts the service and the phone. Both are stopped at the end of the test. */
export async function startPageEnvironment(options: TestServerOptions = {}): Promise<PageEnvironment> {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  const phone = createApproverClient({
    address: server.address,
    tls: false,
    token: await signToken("alice"),
  });
  onTestFinished(() => phone.close());
  return {
    server,
    phone,
    async gateway(gatewayOptions) {
      const gateway = await startTestGateway(server.address, gatewayOptions);
      let stopped = false;
      const stop = async () => {
        if (stopped) return;
        stopped = true;
        await gateway.stop();
      };
      onTestFinished(stop);
      return {
        ...gateway,
        get lines() {
          return gateway.lines;
        },
        stop,
      };
    },
  };
}

/** Returns the `scanned` field with the content that a camera reads. */
export const scannedByCamera = (value: string) => ({ scanned: { $case: "qrContent", value } }) as const;

/** Returns the ticket id in the content of a code. */
export function ticketIdIn(qrContent: string): string {
  const { random } = JSON.parse(qrContent) as { random: string };
  return random;
}

/** Exchanges the ticket of a page as a site's backend does, with the secret of the shop. */
export async function exchangeAtBackend(
  gateway: Pick<TestGateway, "url">,
  ticket: string,
  ca?: string,
): Promise<unknown> {
  const { protocol, host } = new URL(gateway.url);
  const body = JSON.stringify({ ticket });
  const headers = {
    authorization: basic("shop", appSecrets.shop),
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
  };
  const result = new Promise<unknown>((resolve, reject) => {
    const send = protocol === "https:" ? overTls : plain;
    const options = { method: "POST", headers, agent: false, ...(ca !== undefined && { ca }) };
    const sent = send(`${protocol}//${host}/api/v2/qrcode/userinfo`, options, (response) => {
      json(response).then(resolve, reject);
    });
    sent.on("error", reject).end(body);
  });
  return withTimeout(result, "the response to the backend of the site");
}
