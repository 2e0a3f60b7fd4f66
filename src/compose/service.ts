import type { Logger } from "pino";
import { createAppAuthenticator } from "../auth/app_authenticator.js";
import { createTokenSigner } from "../auth/signing/token_signer.js";
import { createUserAuthenticator } from "../auth/user_authenticator.js";
import { type Clock, systemClock } from "../base/clock.js";
import type { Config } from "../config/config.js";
import { resolvePolicy, resolveUserPoolPolicy } from "../config/resolve_policy.js";
import { defaultPolicy } from "../domain/policy.js";
import { createImageRenderer } from "../qr/image_renderer.js";
import { startGrpcServer } from "../server/grpc_server.js";
import { createHandlers } from "../server/handlers.js";
import { translateStoreErrors } from "../service/apply_command.js";
import { limitTickets, limitWatch } from "../service/limits/limited_tickets.js";
import { createRateSharing } from "../service/limits/rate_sharing.js";
import { createTicketLimits } from "../service/limits/ticket_limits.js";
import { createTicketService } from "../service/tickets.js";
import { createWatcher } from "../service/watch.js";
import type { TicketStore } from "../store/ticket_store.js";
import { lifetimesOf, type OpenedStore, openStore } from "./store.js";

/** A running service. */
export interface Service {
  /** Address on which gRPC listens, with the actual port. */
  readonly grpcAddress: string;
  /** Stops gracefully and releases all resources. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Dependencies that a test can replace. */
export interface ServiceOverrides {
  readonly clock?: Clock;
  readonly store?: TicketStore;
}

/**
 * Creates the service's components and starts the gRPC server.
 *
 * @throws Error when the address cannot be bound, or a signing key or the store cannot be used.
 */
export async function startService(
  config: Config,
  log: Logger,
  overrides: ServiceOverrides = {},
): Promise<Service> {
  const clock = overrides.clock ?? systemClock;
  // Reads files and may fail, so it comes before anything that has to be released.
  const signer = config.tokenIssuer && (await createTokenSigner(config.tokenIssuer, clock));
  const { tickets: ticketConfig } = config;
  const lifetimes = lifetimesOf(ticketConfig);
  const policies = new Map(config.apps.map((app) => [app.id, resolvePolicy(config, app)]));
  const userPoolPolicies = new Map(
    config.userPools.map((pool) => [pool.id, resolveUserPoolPolicy(config, pool)]),
  );
  const policyOf = (appId: string) => policies.get(appId) ?? defaultPolicy;
  const { store, ...openedStore }: OpenedStore = overrides.store
    ? { store: overrides.store, clock, reportHealthTo: () => {} }
    : await openStore(config.store, { clock, lifetimes, log });
  const ticketContext = { store, clock: openedStore.clock, lifetimes };
  const sharing =
    openedStore.rates &&
    createRateSharing({
      rates: openedStore.rates,
      clock: openedStore.clock,
      onChange: (error) => reportRateSharing(error, log),
    });
  const limits = createTicketLimits({
    policies: {
      ofApp: policyOf,
      ofUserPool: (userPoolId) => userPoolPolicies.get(userPoolId) ?? defaultPolicy,
    },
    clock: openedStore.clock,
    minPollInterval: ticketConfig.minPollInterval,
    read: (ticketId) => translateStoreErrors(() => store.get(ticketId)),
    sharing,
  });
  const images = createImageRenderer();
  const users = createUserAuthenticator({
    pools: config.userPools,
    userTokens: config.userTokens,
    tokenIssuer: signer,
    clock,
    onDroppedClaim: (dropped) => log.warn(dropped, "an optional claim cannot be used and was dropped"),
  });
  const handlers = createHandlers({
    tickets: limitTickets(createTicketService(ticketContext, ticketConfig, policyOf), limits),
    watch: limitWatch(createWatcher(ticketContext, config.watch, clock), limits),
    images,
    signer,
    apps: config.apps,
    // Times of tickets come from the store's clock, times of tokens from this machine's.
    clock: openedStore.clock,
    maxCustomDataBytes: ticketConfig.maxCustomDataBytes,
    minPollInterval: ticketConfig.minPollInterval,
  });

  async function release(): Promise<void> {
    sharing?.close();
    await images.close();
    await store.close();
  }

  try {
    const apps = createAppAuthenticator(config.apps);
    const server = await startGrpcServer({ config: config.grpc, handlers, apps, users, clock, log });
    openedStore.reportHealthTo(server);
    let stopPromise: Promise<void> | undefined;
    return {
      grpcAddress: server.address,
      stop() {
        stopPromise ??= server.stop().then(release);
        return stopPromise;
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function reportRateSharing(error: unknown, log: Logger): void {
  if (error === undefined) log.info("the nodes count limits together again");
  else log.warn({ err: error }, "the nodes count limits separately: Redis does not confirm the counts");
}
