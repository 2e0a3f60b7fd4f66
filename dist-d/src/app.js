import { createAppAuthenticator } from "./auth/app_credentials.js";
import { createTokenSigner } from "./auth/token_signer.js";
import { createUserAuthenticator } from "./auth/user_tokens.js";
import { systemClock } from "./domain/clock.js";
import { createImageRenderer } from "./qr/image.js";
import { startGrpcServer } from "./server/grpc_server.js";
import { createHandlers } from "./server/handlers.js";
import { createTicketService } from "./service/tickets.js";
import { createWatch } from "./service/watch.js";
import { openStore } from "./store_choice.js";
/**
 * Puts the parts together and starts serving.
 *
 * @throws Error when the address cannot be bound, or a signing key or the store cannot be used.
 */
export async function startApp(config, log, parts = {}) {
    const clock = parts.clock ?? systemClock;
    // Before anything that would have to be let go of: it reads files.
    const signer = config.tokenIssuer && (await createTokenSigner(config.tokenIssuer, clock));
    const { tickets: life } = config;
    const lifetimes = { authorized: life.authorizedTtl, remembered: life.remembered };
    const { store, ...opened } = parts.store
        ? { store: parts.store, clock, tell: () => { } }
        : await openStore(config.store, { clock, lifetimes, log });
    const access = { store, clock: opened.clock, lifetimes };
    const images = createImageRenderer();
    const users = createUserAuthenticator({
        pools: config.userPools,
        tokens: config.tokens,
        tokenIssuer: signer,
        clock,
        onLeftOut: (leftOut) => log.warn(leftOut, "a claim of the issuer cannot be used and is left out"),
    });
    const handlers = createHandlers({
        tickets: createTicketService(access, life),
        watch: createWatch(access, config.watch, clock),
        images,
        signer,
        apps: config.apps,
        // Tickets and what is said of them go by the store's clock, tokens by this machine's.
        clock: opened.clock,
        maxCustomDataBytes: life.maxCustomDataBytes,
        minPollInterval: life.minPollInterval,
    });
    async function release() {
        await images.close();
        await store.close();
    }
    try {
        const apps = createAppAuthenticator(config.apps);
        const server = await startGrpcServer({ config: config.grpc, handlers, apps, users, clock, log });
        opened.tell(server);
        let stopped;
        return {
            grpcAddress: server.address,
            stop() {
                stopped ??= server.stop().then(release);
                return stopped;
            },
        };
    }
    catch (error) {
        await release();
        throw error;
    }
}
