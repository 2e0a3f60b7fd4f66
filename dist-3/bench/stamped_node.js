import { pino } from "pino";
import { startApp } from "../src/app.js";
import { loadConfig } from "../src/config/load.js";
import { systemClock } from "../src/domain/clock.js";
import { openStore } from "../src/store_choice.js";
// The service as production starts it, but for a store that remembers when the last write began: what is to be known about a
// notification is how long it takes from there.
const [, , file] = process.argv.slice(2);
const config = loadConfig({ file, env: {} });
const log = pino({ level: config.log.level });
const lifetimes = { authorized: config.tickets.authorizedTtl, remembered: config.tickets.remembered };
const { store, clock } = await openStore(config.store, { clock: systemClock, lifetimes, log });
let lastWrite = 0n;
const stamped = {
    ...store,
    replace(ticket, expectedWriteId) {
        lastWrite = process.hrtime.bigint();
        return store.replace(ticket, expectedWriteId);
    },
};
const app = await startApp(config, log, { store: stamped, clock });
process.on("message", () => process.send?.(String(lastWrite)));
process.on("disconnect", () => app.stop());
process.on("SIGTERM", () => app.stop().finally(() => process.exit()));
