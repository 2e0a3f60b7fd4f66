import { pino } from "pino";
import { type HostKind, startHost } from "../test/gateway/hosts.js";
import { credential } from "./servers.js";

// A site's server with the gateway in it. Prints its URL.

const [kind = "", service = "", handleKey = ""] = process.argv.slice(2);
const host = await startHost(kind as HostKind, {
  service: { address: service },
  apps: [{ id: credential.appId, secret: credential.secret }],
  handleKeys: [handleKey],
  limits: {
    ticketsPerMinute: 1_000_000,
    callsPerMinute: 1_000_000,
    streams: 100_000,
    streamsPerAddress: 100_000,
  },
  log: pino({ level: "warn" }),
});
console.log(host.url);
