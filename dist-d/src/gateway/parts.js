import { createAppClient, createApproverClient, } from "../client/index.js";
import { createServedApps } from "./apps.js";
import { createExchanges } from "./exchanges.js";
import { createFollowers } from "./followers.js";
import { createPictures } from "./pictures.js";
import { createSeal } from "./seal.js";
import { createTickets } from "./tickets.js";
const defaultLimits = {
    createsPerMinute: 600,
    callsPerMinute: 6_000,
    maxTtlMs: 120_000,
    streams: 10_000,
    streamsPerAddress: 2_000,
};
/** @throws TypeError, RangeError when an option makes no sense. */
export function createParts(options, clock) {
    const { handleMaxAgeMs = 3_600_000, heartbeatMs = 15_000 } = options;
    const limits = { ...defaultLimits, ...options.limits };
    for (const [name, value] of Object.entries({ handleMaxAgeMs, heartbeatMs, ...limits })) {
        // A longer timer of Node.js fires at once.
        if (!(value > 0 && value < 2 ** 31))
            throw new RangeError(`${name} must be above zero and below 2^31`);
    }
    const apps = createServedApps(options.apps);
    const seal = createSeal(options.handleKeys, clock);
    const client = createAppClient({ ...options.service, ...apps.named(undefined).credentials });
    const approvers = createApproverClient(options.service);
    const followers = createFollowers(client, clock, 2 * limits.streams);
    const exchanges = createExchanges(client, clock);
    const pictures = createPictures(seal);
    return {
        apps,
        client,
        approvers,
        tickets: createTickets({ client, apps, seal, clock, handleMaxAgeMs, maxTtlMs: limits.maxTtlMs }),
        followers,
        exchanges,
        pictures,
        seal,
        clock,
        limits,
        handleMaxAgeMs,
        heartbeatMs,
        onSignIn: options.onSignIn,
        stop: followers.close,
        async close() {
            followers.close();
            exchanges.close();
            client.close();
            approvers.close();
            await pictures.close();
        },
    };
}
