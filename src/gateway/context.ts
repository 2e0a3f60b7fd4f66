import type { Clock } from "../base/clock.js";
import {
  type CallerClient,
  createCallerClient,
  createForwardingClient,
  type ForwardingClient,
} from "../client/forwarding_client.js";
import {
  type AppClient,
  type ApproverClient,
  createAppClient,
  createApproverClient,
} from "../client/index.js";
import { gatewayDefaults } from "../config/gateway_options.js";
import { type AppRegistry, createAppRegistry } from "./access/app_registry.js";
import { createStreamLimiter, type StreamLimiter } from "./access/stream_limiter.js";
import { completeObserver, type GatewayObserver, silentObserver } from "./observer.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { createExchanges, type Exchanges } from "./tickets/exchanges.js";
import { createPageTickets, type PageTickets } from "./tickets/page_tickets.js";
import { createQrImages, type QrImages } from "./tickets/qr_images.js";
import { createReplaceableSealer, type Sealer } from "./tickets/sealer.js";
import { createSigningKeyCache, type SigningKeyCache } from "./tickets/signing_key_cache.js";
import { createWatchHub, type WatchHub } from "./tickets/watch_hub.js";

/** Settings of a gateway that can change while it runs. */
export type ReloadableSettings = Pick<GatewayOptions, "apps" | "handleKeys">;

/** The dependencies that the routes share. */
export interface GatewayContext {
  readonly apps: AppRegistry;
  /** Calls the service for an app. Each call carries that app's credentials. */
  readonly appClient: AppClient;
  /** Calls the service for an app with the credentials that a caller has presented. */
  readonly callerClient: CallerClient;
  /** Calls the service for a user. Each call carries that user's token. */
  readonly approverClient: ApproverClient;
  /** Forwards calls of others. Each call carries its caller's credential. */
  readonly forwardingClient: ForwardingClient;
  readonly pageTickets: PageTickets;
  readonly watchHub: WatchHub;
  readonly exchanges: Exchanges;
  readonly qrImages: QrImages;
  readonly sealer: Sealer;
  readonly signingKeyCache: SigningKeyCache;
  readonly clock: Clock;
  /** Counts the open streams of all routes. */
  readonly streamLimiter: StreamLimiter;
  /** Functions that end the open event streams, each of which then reconnects. */
  readonly openStreams: Set<() => void>;
  readonly limits: GatewayLimits;
  readonly handleTtlMs: number;
  readonly heartbeatIntervalMs: number;
  readonly onSignIn: GatewayOptions["onSignIn"];
  readonly observer: GatewayObserver;
  /**
   * Prepares other apps and keys, which have been checked. Returns a function that applies them to requests from then
   * on.
   *
   * @throws TypeError if there is no app or no key.
   */
  prepareReload(settings: ReloadableSettings): () => void;
  /** Ends all event streams and the watches behind them. */
  stop(): void;
  /** Ends all event streams and releases all resources. */
  close(): Promise<void>;
}

/** Returns the limits, with defaults in place of those that are missing. */
function completeLimits({
  ticketsPerMinute = gatewayDefaults.ticketsPerMinute,
  callsPerMinute = gatewayDefaults.callsPerMinute,
  ticketTtlMs = gatewayDefaults.ticketTtl,
  streams = gatewayDefaults.streams,
  streamsPerAddress = gatewayDefaults.streamsPerAddress,
}: Partial<GatewayLimits> = {}): GatewayLimits {
  return { ticketsPerMinute, callsPerMinute, ticketTtlMs, streams, streamsPerAddress };
}

/** Creates the context from options that have been checked. Missing ones get their defaults. */
export function createGatewayContext(options: GatewayOptions, clock: Clock): GatewayContext {
  const { handleTtlMs = gatewayDefaults.handleTtl, heartbeatIntervalMs = gatewayDefaults.heartbeatInterval } =
    options;
  const givenObserver = completeObserver(options.observer);
  const observer = givenObserver ?? silentObserver;
  const service = { ...options.service, observer: givenObserver };
  const limits = completeLimits(options.limits);
  const apps = createAppRegistry(options.apps);
  const sealer = createReplaceableSealer(options.handleKeys, clock, observer);
  const appClient = createAppClient({ ...service, ...apps.resolve(undefined).credentials });
  const callerClient = createCallerClient(service);
  const approverClient = createApproverClient(service);
  const forwardingClient = createForwardingClient(service);
  const watchHub = createWatchHub(appClient, clock, 2 * limits.streams, observer);
  const exchanges = createExchanges(appClient, callerClient, clock);
  const qrImages = createQrImages(sealer, observer);
  return {
    apps,
    appClient,
    callerClient,
    approverClient,
    forwardingClient,
    pageTickets: createPageTickets({
      appClient,
      apps,
      sealer,
      clock,
      handleTtlMs,
      ticketTtlMs: limits.ticketTtlMs,
      observer,
    }),
    watchHub,
    exchanges,
    qrImages,
    sealer,
    signingKeyCache: createSigningKeyCache(
      {
        // With the present secret of the first app. That of the client itself is the one of the start.
        getSigningKeys: () =>
          appClient.getSigningKeys({}, { credentials: apps.resolve(undefined).credentials }),
      },
      clock,
    ),
    clock,
    streamLimiter: createStreamLimiter(limits, observer),
    openStreams: new Set(),
    limits,
    handleTtlMs,
    heartbeatIntervalMs,
    onSignIn: options.onSignIn,
    observer,
    prepareReload(settings) {
      const commits = [
        apps.prepareReplacement(settings.apps),
        sealer.prepareReplacement(settings.handleKeys),
      ];
      return () => {
        for (const commit of commits) commit();
      };
    },
    stop: watchHub.close,
    async close() {
      watchHub.close();
      exchanges.close();
      appClient.close();
      callerClient.close();
      approverClient.close();
      forwardingClient.close();
      await qrImages.close();
    },
  };
}
