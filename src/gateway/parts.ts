import {
  type AppClient,
  type ApproverClient,
  createAppClient,
  createApproverClient,
} from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import { createServedApps, type ServedApps } from "./apps.js";
import { createExchanges, type Exchanges } from "./exchanges.js";
import { createFollowers, type Followers } from "./followers.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { createPictures, type Pictures } from "./pictures.js";
import { createSeal, type Seal } from "./seal.js";
import { createTickets, type Tickets } from "./tickets.js";

/** What the routes are made of. */
export interface GatewayParts {
  readonly apps: ServedApps;
  /** The service, called for the app whose credentials go with the call. */
  readonly client: AppClient;
  /** The service, called for the user whose token goes with the call. */
  readonly approvers: ApproverClient;
  readonly tickets: Tickets;
  readonly followers: Followers;
  readonly exchanges: Exchanges;
  readonly pictures: Pictures;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly limits: GatewayLimits;
  readonly handleMaxAgeMs: number;
  readonly heartbeatMs: number;
  readonly onSignIn: GatewayOptions["onSignIn"];
  /** Ends what goes on for long: the streams of events, and the watches behind them. */
  stop(): void;
  /** Lets go of everything. */
  close(): Promise<void>;
}

const defaultLimits: GatewayLimits = {
  createsPerMinute: 600,
  callsPerMinute: 6_000,
  maxTtlMs: 120_000,
  streams: 10_000,
  streamsPerAddress: 2_000,
};

/** @throws TypeError, RangeError when an option makes no sense. */
export function createParts(options: GatewayOptions, clock: Clock): GatewayParts {
  const { handleMaxAgeMs = 3_600_000, heartbeatMs = 15_000 } = options;
  const limits = { ...defaultLimits, ...options.limits };
  for (const [name, value] of Object.entries({ handleMaxAgeMs, heartbeatMs, ...limits })) {
    // A longer timer of Node.js fires at once.
    if (!(value > 0 && value < 2 ** 31)) throw new RangeError(`${name} must be above zero and below 2^31`);
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
