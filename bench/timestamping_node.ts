import { pino } from "pino";
import { systemClock } from "../src/base/clock.js";
import { startService } from "../src/compose/service.js";
import { lifetimesOf, openStore } from "../src/compose/store.js";
import { loadConfig } from "../src/config/load_config.js";
import type { TicketStore } from "../src/store/ticket_store.js";

// The service as in production, but with a store that records the start of the last write. The latency of a
// change notification is measured from there.

const [, , file] = process.argv.slice(2);
const config = loadConfig({ file, env: {} });
const log = pino({ level: config.log.level });
const lifetimes = lifetimesOf(config.tickets);
const { store, clock } = await openStore(config.store, { clock: systemClock, lifetimes, log });

let lastWrite = 0n;
const stamped: TicketStore = {
  ...store,
  replace(ticket, expectedWriteId) {
    lastWrite = process.hrtime.bigint();
    return store.replace(ticket, expectedWriteId);
  },
};
const app = await startService(config, log, { store: stamped, clock });
process.on("message", () => process.send?.(String(lastWrite)));
process.on("disconnect", () => app.stop());
process.on("SIGTERM", () => app.stop().finally(() => process.exit()));
