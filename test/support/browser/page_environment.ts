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

/** A real service and a real phone, for one test. */
export interface PageEnvironment {
  readonly server: TestServer;
  /** What alice's phone calls. */
  readonly phone: ApproverClient;
  /** A gateway before the service, stopped when the test is over if not before. */
  gateway(options?: TestGatewayOptions): Promise<TestGateway>;
}

/** Sets the stage, which is cleared when the test is over. */
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

/** `scanned` as the phone sends what its camera has read. */
export const scannedByCamera = (value: string) => ({ scanned: { $case: "qrContent", value } }) as const;

/** The id in the text of a code. */
export function ticketIdIn(qrContent: string): string {
  const { random } = JSON.parse(qrContent) as { random: string };
  return random;
}

/** What a site's backend does with the ticket that its page brings: exchanges it with the secret of the shop. */
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
  const answer = new Promise<unknown>((resolve, reject) => {
    const send = protocol === "https:" ? overTls : plain;
    const options = { method: "POST", headers, agent: false, ...(ca !== undefined && { ca }) };
    const sent = send(`${protocol}//${host}/api/v2/qrcode/userinfo`, options, (response) => {
      json(response).then(resolve, reject);
    });
    sent.on("error", reject).end(body);
  });
  return withTimeout(answer, "an answer to the backend of the site");
}
