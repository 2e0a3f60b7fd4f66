// A CommonJS project in TypeScript: its `import` becomes a `require` of the installed package, of each entry.
import { createAppClient as fromRoot, isQrLoginError, TicketState } from "qrlogin";
import { createAppClient } from "qrlogin/client";
import { qrLoginGateway } from "qrlogin/gateway";

if (fromRoot !== createAppClient) throw new Error("the root is not the client");
if (typeof qrLoginGateway !== "function") throw new Error("the gateway is not there");
if (typeof require !== "function") throw new Error("this was not compiled to CommonJS");
const client = createAppClient({ address: "127.0.0.1:1", appId: "a", appSecret: "b" });
client.close();
client.getStatus({ ticketId: "a", ticketSecret: "b" }).catch((error: unknown) => {
  if (!isQrLoginError(error)) throw error;
  console.log(`required by CommonJS: ${error.codeName}, TicketState.AUTHORIZED is ${TicketState.AUTHORIZED}`);
});
