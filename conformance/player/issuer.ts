import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { customersJwks } from "../../test/support/tokens.js";

/** The issuer of user tokens, as far as the service needs it: an address with its keys. */
export interface Issuer {
  readonly jwksUri: string;
  setAway(isAway: boolean): void;
  stop(): void;
}

/** Starts the issuer of the pool `customers`. */
export async function startIssuer(): Promise<Issuer> {
  let isAway = false;
  const server = createServer((_, response) => {
    response.writeHead(isAway ? 503 : 200, { "content-type": "application/json" });
    response.end(isAway ? "{}" : JSON.stringify(customersJwks));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    jwksUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    setAway(next) {
      isAway = next;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
