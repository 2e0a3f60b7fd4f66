import type { Clock } from "../base/clock.js";
import {
  type AppClient,
  type ApproverClient,
  createAppClient,
  createApproverClient,
} from "../client/index.js";
import { type AppRegistry, createAppRegistry } from "./access/app_registry.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { createExchanges, type Exchanges } from "./tickets/exchanges.js";
import { createPageTickets, type PageTickets } from "./tickets/page_tickets.js";
import { createQrImages, type QrImages } from "./tickets/qr_images.js";
import { createSealer, type Sealer } from "./tickets/sealer.js";
import { createSigningKeys, type SigningKeys } from "./tickets/signing_keys.js";
import { createWatchHub, type WatchHub } from "./tickets/watch_hub.js";

/** What the routes are made of. */
export interface GatewayContext {
  readonly apps: AppRegistry;
  /** The service, called for the app whose credentials go with the call. */
  readonly appClient: AppClient;
  /** The service, called for the user whose token goes with the call. */
  readonly approverClient: ApproverClient;
  readonly pageTickets: PageTickets;
  readonly watchHub: WatchHub;
  readonly exchanges: Exchanges;
  readonly qrImages: QrImages;
  readonly sealer: Sealer;
  readonly signingKeys: SigningKeys;
  readonly clock: Clock;
  readonly limits: GatewayLimits;
  readonly handleTtlMs: number;
  readonly heartbeatIntervalMs: number;
  readonly onSignIn: GatewayOptions["onSignIn"];
  /** Ends what goes on for long: the streams of events, and the watches behind them. */
  stop(): void;
  /** Lets go of everything. */
  close(): Promise<void>;
}

const defaultLimits: GatewayLimits = {
  ticketsPerMinute: 600,
  callsPerMinute: 6_000,
  ticketTtlMs: 120_000,
  streams: 10_000,
  streamsPerAddress: 2_000,
};

/** @throws TypeError, RangeError when an option makes no sense. */
export function createGatewayContext(options: GatewayOptions, clock: Clock): GatewayContext {
  const { handleTtlMs = 3_600_000, heartbeatIntervalMs = 15_000 } = options;
  const limits = { ...defaultLimits, ...options.limits };
  for (const [name, value] of Object.entries({ handleTtlMs, heartbeatIntervalMs, ...limits })) {
    // A longer timer of Node.js fires at once.
    if (!(value > 0 && value < 2 ** 31)) throw new RangeError(`${name} must be above zero and below 2^31`);
  }
  const apps = createAppRegistry(options.apps);
  const sealer = createSealer(options.handleKeys, clock);
  const appClient = createAppClient({ ...options.service, ...apps.resolve(undefined).credentials });
  const approverClient = createApproverClient(options.service);
  const watchHub = createWatchHub(appClient, clock, 2 * limits.streams);
  const exchanges = createExchanges(appClient, clock);
  const qrImages = createQrImages(sealer);
  return {
    apps,
    appClient,
    approverClient,
    pageTickets: createPageTickets({
      appClient,
      apps,
      sealer,
      clock,
      handleTtlMs,
      ticketTtlMs: limits.ticketTtlMs,
    }),
    watchHub,
    exchanges,
    qrImages,
    sealer,
    signingKeys: createSigningKeys(appClient, clock),
    clock,
    limits,
    handleTtlMs,
    heartbeatIntervalMs,
    onSignIn: options.onSignIn,
    stop: watchHub.close,
    async close() {
      watchHub.close();
      exchanges.close();
      appClient.close();
      approverClient.close();
      await qrImages.close();
    },
  };
}
