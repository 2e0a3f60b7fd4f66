// A web backend that has installed the package and uses the gateway as a plugin.
import { randomBytes } from "node:crypto";
import fastify from "fastify";
import { createApproverClient } from "qrlogin/client";
import { qrLoginGateway } from "qrlogin/gateway";

const [address = "", token = ""] = process.argv.slice(2);
const server = fastify();
await server.register(qrLoginGateway, {
  service: { address },
  apps: [{ id: "demo-app", secret: "demo-secret" }],
  handleKeys: [randomBytes(32).toString("base64url")],
  onSignIn: ({ user, appId }) => ({ welcome: user?.nickname, appId }),
});
const url = await server.listen({ host: "127.0.0.1", port: 0 });

let cookie = "";
async function call(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/qrlogin/v1${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie },
    body: JSON.stringify(body),
  });
  cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return (await response.json()) as Record<string, unknown>;
}

const { handle, qrContent } = await call("/tickets", {});
const early = await call("/tickets/complete", { handle });
if (early.reason !== "TICKET_NOT_AUTHORIZED")
  throw new Error("an exchange before the approval was not rejected");
const phone = createApproverClient({ address, token });
const { ticketId } = await phone.markScanned({ scanned: { $case: "qrContent", value: String(qrContent) } });
await phone.authorize({ ticketId });
phone.close();
const { welcome } = await call("/tickets/complete", { handle });
await server.close();
if (welcome !== "Alice") throw new Error("alice was not signed in");
console.log("the packed gateway signed in Alice");
