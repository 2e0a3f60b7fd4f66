import type { Logger } from "pino";
import { type Clock, systemClock } from "../base/clock.js";
import type { Config } from "../config/config.js";
import { createMetricsRegistry } from "../metrics/registry.js";
import { createServiceMetrics } from "../metrics/service_metrics.js";
import { createImageRenderer } from "../qr/image_renderer.js";
import { createAdminHandlers } from "../server/admin_handlers.js";
import { silentCallObserver } from "../server/calls/call_observer.js";
import { startGrpcServer } from "../server/grpc_server.js";
import { createHandlers } from "../server/handlers.js";
import { translateStoreErrors } from "../service/apply_command.js";
import { createDescribeTicket } from "../service/describe_ticket.js";
import { limitTickets, limitWatch } from "../service/limits/limited_tickets.js";
import { createRateSharing } from "../service/limits/rate_sharing.js";
import { createTicketLimits } from "../service/limits/ticket_limits.js";
import { createSignInAdministration, createSignInCheck } from "../service/sign_in_administration.js";
import { createTicketService } from "../service/tickets.js";
import { createWatcher } from "../service/watch.js";
import { createMemorySignInSwitch } from "../store/memory/sign_in_switch.js";
import type { SignInSwitch } from "../store/sign_in_switch.js";
import type { TicketSearch } from "../store/ticket_search.js";
import type { TicketStore } from "../store/ticket_store.js";
import type { Tracing } from "../tracing/tracing.js";
import { createIdentities } from "./identities.js";
import type { MetricsSource } from "./metrics.js";
import { createPolicies } from "./policies.js";
import { type CertificateTexts, createCertificateSource } from "./reload/certificate_source.js";
import { combineReloadables, type Reloadable } from "./reload/reloadable.js";
import { lifetimesOf, type OpenedStore, openStore } from "./store.js";

/** A running service. A reload applies to calls from then on. */
export interface Service extends MetricsSource, Reloadable {
  /** Address on which gRPC listens, with the actual port. */
  readonly grpcAddress: string;
  /** Stops gracefully and releases all resources. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Dependencies that a test can replace. */
export interface ServiceOverrides {
  readonly clock?: Clock;
  readonly store?: TicketStore;
  /** Switch beside a replaced store. In memory by default. */
  readonly signInSwitch?: SignInSwitch;
  /** Search beside a replaced store. By default it finds nothing. */
  readonly search?: TicketSearch;
  /** Traces of the process. None by default. */
  readonly tracing?: Tracing | undefined;
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
  const registry = config.metrics.enabled ? createMetricsRegistry() : undefined;
  const observers = registry && createServiceMetrics(registry, { clock, storeKind: config.store.kind });
  observers?.tickets.onApps(config.apps.map(({ id }) => id));
  // Reads files and may fail, so it comes before anything that has to be released.
  const identities = await createIdentities(config, clock, {
    onDroppedClaim: (dropped) => log.warn(dropped, "an optional claim cannot be used and was dropped"),
    observer: observers?.auth,
  });
  const { tickets: ticketConfig } = config;
  const lifetimes = lifetimesOf(ticketConfig);
  const policies = createPolicies(config);
  const {
    store: untracedStore,
    signInSwitch,
    search,
    ...openedStore
  } = overrides.store
    ? toOpenedStore(overrides.store, overrides, clock)
    : await openStore(config.store, {
        ...{ clock, lifetimes, log, observers: observers?.sharedStore },
        onExpire: observers?.tickets.onWrite,
      });
  const store = overrides.tracing?.traceStore(untracedStore, config.store.kind === "redis") ?? untracedStore;
  const ticketContext = { store, clock: openedStore.clock, lifetimes, observer: observers?.tickets };
  const sharing =
    openedStore.rates &&
    createRateSharing({
      rates: openedStore.rates,
      clock,
      onChange: (error) => {
        observers?.sharedStore?.onRateSharing(error === undefined);
        reportRateSharing(error, log);
      },
    });
  const limits = createTicketLimits({
    policies,
    clock: openedStore.clock,
    rateClock: clock,
    minPollInterval: ticketConfig.minPollInterval,
    read: (ticketId) => translateStoreErrors(() => store.get(ticketId)),
    sharing,
  });
  const images = createImageRenderer({ observer: observers?.images });
  const handlers = createHandlers({
    tickets: limitTickets(
      createTicketService(ticketContext, ticketConfig, policies.ofApp, createSignInCheck(signInSwitch)),
      limits,
    ),
    watch: limitWatch(createWatcher(ticketContext, config.watch, clock), limits),
    images,
    signer: identities.signer,
    findApp: identities.findApp,
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
    const { apps, users } = identities;
    const certificates =
      config.grpc.tls &&
      createCertificateSource("grpc.tls", config.grpc.tls, clock, (texts) =>
        server.replaceCertificates(toServerCertificates(texts)),
      );
    const server = await startGrpcServer({
      certificates: certificates && toServerCertificates(certificates.current()),
      ...{ config: config.grpc, handlers, apps, users, clock, log },
      observer: observers?.calls ?? silentCallObserver,
      tracer: overrides.tracing?.callTracer(config.grpc.traceContextFrom),
      admin:
        config.admins.length === 0
          ? undefined
          : {
              admins: identities.admins,
              handlers: createAdminHandlers({
                administration: createSignInAdministration(signInSwitch, clock),
                describeTicket: createDescribeTicket(ticketContext, search),
                ...{ findApp: identities.findApp, hasUserPool: identities.hasUserPool, log },
                clock: openedStore.clock,
              }),
            },
    });
    openedStore.reportHealthTo(server);
    observers?.onServerStart(server.load);
    let stopPromise: Promise<void> | undefined;
    return {
      grpcAddress: server.address,
      readMetrics: async () => (registry ? [await registry.snapshot()] : []),
      ...combineReloadables([
        ...[policies, identities, openedStore],
        {
          prepareReload:
            async ({ apps }) =>
            () =>
              observers?.tickets.onApps(apps.map(({ id }) => id)),
        },
        { prepareReload: async ({ grpc }) => certificates?.prepare(grpc.tls ?? {}) ?? (() => {}) },
      ]),
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

function toServerCertificates({ certFile = "", keyFile = "", clientCaFile }: CertificateTexts) {
  return { cert: certFile, key: keyFile, clientCa: clientCaFile };
}

function reportRateSharing(error: unknown, log: Logger): void {
  if (error === undefined) log.info("the nodes count limits together again");
  else log.warn({ err: error }, "the nodes count limits separately: Redis does not confirm the counts");
}

function toOpenedStore(
  store: TicketStore,
  { signInSwitch, search }: Pick<ServiceOverrides, "signInSwitch" | "search">,
  clock: Clock,
): OpenedStore {
  return {
    ...{ store, clock, signInSwitch: signInSwitch ?? createMemorySignInSwitch() },
    search: search ?? { find: async () => ({ id: undefined, isComplete: true }) },
    reportHealthTo: () => {},
    ...combineReloadables([]),
  };
}
