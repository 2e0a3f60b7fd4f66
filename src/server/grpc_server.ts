import { Server, type UntypedHandleCall } from "@grpc/grpc-js";
import type { Logger } from "pino";
import { QrLoginAdminServiceService } from "../../gen/qrlogin/v1/qr_login_admin_service.js";
import { QrLoginServiceService } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { AppAuthenticator, ClientCertificate } from "../auth/app_authenticator.js";
import type { BasicAuthenticator } from "../auth/basic_authenticator.js";
import type { AuthenticatedUser, UserAuthenticator } from "../auth/user_authenticator.js";
import { formatAddress, splitAddress } from "../base/address.js";
import type { Clock } from "../base/clock.js";
import { withTimeout } from "../base/with_timeout.js";
import type { AdminConfig, AppConfig, GrpcConfig } from "../config/config.js";
import { serviceName } from "../domain/rpc_methods.js";
import { TicketError } from "../domain/ticket_error.js";
import { createLogRateLimiter, errorLinesPerInterval } from "../log/log_rate_limiter.js";
import type { AdminHandlers } from "./admin_handlers.js";
import { bind } from "./bind.js";
import { createAdmissions } from "./calls/admission.js";
import {
  type CallDependencies,
  type CallerKind,
  createServerStreamingHandler,
  createUnaryHandler,
} from "./calls/call_handler.js";
import { createCallLog } from "./calls/call_log.js";
import type { CallObserver } from "./calls/call_observer.js";
import type { CallTracer } from "./calls/call_tracer.js";
import { type ClientCertificates, createClientCertificates } from "./calls/client_certificates.js";
import { createInFlightCalls } from "./calls/in_flight.js";
import { requireOneRequest } from "./calls/require_one_request.js";
import type { Handlers } from "./handlers.js";
import { addHealth, healthService, type ServingStatus } from "./health.js";
import { createHttp2Limits, type Http2Observer } from "./http2/http2_limits.js";
import { limitStreamResets } from "./http2/stream_resets.js";
import { withRawMessages } from "./messages/raw_messages.js";
import { addReflection, reflectionServices } from "./reflection.js";
import { type ServerCertificates, TlsServerCredentials } from "./tls_credentials.js";

export interface GrpcServerOptions {
  readonly config: GrpcConfig;
  /** Certificates to present and to trust. Present if the configuration has TLS. */
  readonly certificates?: ServerCertificates | undefined;
  readonly handlers: Handlers;
  readonly apps: AppAuthenticator<AppConfig>;
  /** Service of the administrators. If absent, it is not served. */
  readonly admin?: AdminServiceOptions | undefined;
  readonly users: Pick<UserAuthenticator, "authenticate">;
  readonly observer: CallObserver & Pick<Http2Observer, "onLimit">;
  /** Makes a span of each call. Without it, calls are not traced. */
  readonly tracer?: CallTracer | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

interface AdminServiceOptions {
  readonly handlers: AdminHandlers;
  readonly admins: BasicAuthenticator<AdminConfig>;
}

/** Connections and calls at one moment. */
export interface ServerLoad {
  readonly connections: number;
  readonly calls: number;
  readonly watches: number;
}

/** A running gRPC server. */
export interface GrpcServer {
  /** Address as `HOST:PORT`, with the actual port. */
  readonly address: string;
  /** Sets the health status of the service: SERVING at the start, NOT_SERVING once a stop begins. */
  setServing(isServing: boolean): void;
  /** Returns the connections and calls at this moment. */
  load(): ServerLoad;
  /** Uses other certificates for connections from now on. They must have been checked. No effect without TLS. */
  replaceCertificates(certificates: ServerCertificates): void;
  /** Sets the health status of the clock: SERVING at the start. */
  setClockInSync(isInSync: boolean): void;
  /**
   * Stops gracefully. The health status becomes NOT_SERVING at once. After the delay, the port is closed. Over the
   * drain time, first the peers of the connections are asked to go elsewhere, then watches end with SERVER_DRAINING,
   * which new calls get too. Calls in progress may finish. Those that still run at the end of the grace period end
   * with SERVER_DRAINING. The remaining connections are then closed.
   */
  stop(): Promise<void>;
}

const adminServiceName = "qrlogin.v1.QrLoginAdminService";

/**
 * Additional names of the health service. `liveness` is SERVING while the process responds, whatever the
 * state of the store: use it to decide on a restart. `clock` is SERVING while this machine's clock agrees
 * with the store's: use it to monitor the machine.
 */
const livenessName = "liveness";
const clockName = "clock";

/**
 * Time for connections to close once all calls of the API are over, in milliseconds. Without this limit,
 * health watches would keep them open.
 */
const closeGrace = 500;

/**
 * Starts the gRPC server.
 *
 * @throws Error when the address cannot be bound or a certificate cannot be read.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { config, clock, log, admin } = options;
  const server = new Server({
    "grpc.max_receive_message_length": config.limits.messageBytes,
    // The grace period is left unlimited: calls on an old connection go on until they end by themselves.
    ...(config.maxConnectionAge > 0 && { "grpc.max_connection_age_ms": config.maxConnectionAge }),
    "grpc.max_concurrent_streams": config.limits.streamsPerConnection,
    "grpc.keepalive_time_ms": config.keepalive.interval,
    "grpc.keepalive_timeout_ms": config.keepalive.timeout,
    // The debugging service channelz is not offered, so its bookkeeping for each call would be in vain.
    "grpc.enable_channelz": 0,
    interceptors: [requireOneRequest([`/${serviceName}/`, `/${adminServiceName}/`])],
  });
  const clientCertificates =
    (config.tls?.clientCertificates ?? "none") === "none" ? undefined : createClientCertificates();
  const tlsCredentials =
    config.tls && options.certificates && new TlsServerCredentials(config.tls, options.certificates);
  if (config.tls && !tlsCredentials) throw new Error("the server has no certificate");
  const inFlight = createInFlightCalls();
  const errorLogLimiter = createLogRateLimiter({
    log,
    clock,
    linesPerInterval: errorLinesPerInterval,
    message: "errors summarized",
  });
  const admissions = createAdmissions(config.limits);
  const dependenciesOf = (service: string): CallDependencies => ({
    ...{ log: createCallLog(log, errorLogLimiter), tracer: options.tracer, inFlight, admissions },
    observer: { ofMethod: (name) => options.observer.ofMethod(`${service}/${name}`) },
  });
  server.addService(
    withRawMessages(QrLoginServiceService),
    createImplementation(options, clientCertificates, dependenciesOf(serviceName)),
  );
  if (admin)
    server.addService(
      withRawMessages(QrLoginAdminServiceService),
      createAdminImplementation(admin, dependenciesOf(adminServiceName)),
    );
  const http2Limits = createHttp2Limits({
    ...{ config: config.limits, clock, log, observer: options.observer },
    services: [
      QrLoginServiceService,
      ...(admin ? [QrLoginAdminServiceService] : []),
      healthService,
      ...(config.reflection ? reflectionServices : []),
    ],
    admissions,
    appOf: (headers, session) =>
      authenticatedAppId(options.apps, headers.authorization, clientCertificates?.ofStream(session, headers)),
    onSession: clientCertificates?.read,
  });
  const healthNames = ["", serviceName, livenessName, clockName];
  const health = addHealth(server, healthNames, config.limits.healthWatches, http2Limits.limitEvents);
  if (config.reflection) addReflection(server, admin ? [] : [adminServiceName]);

  limitStreamResets(server, config.limits);
  const port = await bind(server, config.address, tlsCredentials);
  http2Limits.attach(server);
  const address = formatAddress({ ...splitAddress(config.address), port });

  let isStopping = false;
  function setServing(isServing: boolean): void {
    for (const name of ["", serviceName]) health.setStatus(name, servingStatus(isServing));
  }

  /** Hands connections and watches over to other nodes within the time. Resolves once no call is left. */
  async function drain(timeMs: number): Promise<void> {
    // A watch that ended earlier might be opened again on the same connection.
    await http2Limits.drain({ timeMs: timeMs / 2, timer: clock });
    await inFlight.stop(new TicketError("SERVER_DRAINING"), { timeMs: timeMs / 2, timer: clock });
    await inFlight.whenIdle();
  }

  async function stop(): Promise<void> {
    isStopping = true;
    setServing(false);
    const { delay, drainTime, gracePeriod } = config.shutdown;
    await new Promise<void>((resolve) => void clock.after(delay, resolve));
    await withTimeout(drain(Math.min(drainTime, gracePeriod)), gracePeriod, clock);
    inFlight.endCalls();
    const cancelTimer = clock.after(closeGrace, http2Limits.cancel);
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    await withTimeout(closed, 2 * closeGrace, clock);
    cancelTimer();
    // Destroys the rest: connections of peers that never sent anything or do not close their end.
    http2Limits.close();
    errorLogLimiter.close();
  }

  let stopPromise: Promise<void> | undefined;
  return {
    address,
    setServing: (isServing) => isStopping || setServing(isServing),
    load: () => ({
      ...{
        connections: http2Limits.connections,
        calls: inFlight.count("calls"),
        watches: inFlight.count("watches"),
      },
    }),
    replaceCertificates: (certificates) => tlsCredentials?.replace(certificates),
    setClockInSync: (isInSync) => health.setStatus(clockName, servingStatus(isInSync)),
    stop() {
      stopPromise ??= stop();
      return stopPromise;
    },
  };
}

/** Returns the id of the app that `authorization` and the certificate authenticate, if any. */
function authenticatedAppId(
  apps: GrpcServerOptions["apps"],
  authorization: string | undefined,
  certificate: ClientCertificate | undefined,
): string | undefined {
  if (authorization === undefined ? !certificate : !/^basic /i.test(authorization)) return undefined;
  try {
    return apps.authenticate(authorization === undefined ? [] : [authorization], certificate).id;
  } catch {
    // The error is reported later, when the call itself is authenticated.
    return undefined;
  }
}

function servingStatus(isServing: boolean): ServingStatus {
  return isServing ? "SERVING" : "NOT_SERVING";
}

function createImplementation(
  { handlers, apps, users }: GrpcServerOptions,
  clientCertificates: ClientCertificates | undefined,
  dependencies: CallDependencies,
): Readonly<Record<keyof typeof QrLoginServiceService, UntypedHandleCall>> {
  const appCaller: CallerKind<AppConfig> = {
    authenticate: clientCertificates
      ? (authorization, _running, call) => apps.authenticate(authorization, clientCertificates.ofCall(call))
      : (authorization) => apps.authenticate(authorization),
    logFieldsOf: (app) => ({ app: app.id }),
    limitKeyOf: (app) => app.id,
  };
  const approverCaller: CallerKind<AuthenticatedUser> = {
    authenticate: (authorization, call) => users.authenticate(authorization, call.signal()),
    logFieldsOf: (user) => ({ pool: user.approver.userPoolId }),
    limitKeyOf: ({ approver: { issuer, subject } }) => JSON.stringify([issuer, subject]),
  };
  const { app, approver, appStream } = handlers;
  return {
    createTicket: createUnaryHandler("CreateTicket", appCaller, app.createTicket, dependencies),
    getStatus: createUnaryHandler("GetStatus", appCaller, app.getStatus, dependencies),
    watchStatus: createServerStreamingHandler("WatchStatus", appCaller, appStream.watchStatus, dependencies),
    markScanned: createUnaryHandler("MarkScanned", approverCaller, approver.markScanned, dependencies),
    authorize: createUnaryHandler("Authorize", approverCaller, approver.authorize, dependencies),
    cancel: createUnaryHandler("Cancel", approverCaller, approver.cancel, dependencies),
    submitCheckCode: createUnaryHandler("SubmitCheckCode", appCaller, app.submitCheckCode, dependencies),
    withdraw: createUnaryHandler("Withdraw", appCaller, app.withdraw, dependencies),
    exchangeUserInfo: createUnaryHandler("ExchangeUserInfo", appCaller, app.exchangeUserInfo, dependencies),
    getSigningKeys: createUnaryHandler("GetSigningKeys", appCaller, app.getSigningKeys, dependencies),
  };
}

function createAdminImplementation(
  { handlers, admins }: AdminServiceOptions,
  dependencies: CallDependencies,
): Readonly<Record<keyof typeof QrLoginAdminServiceService, UntypedHandleCall>> {
  const adminCaller: CallerKind<AdminConfig> = {
    authenticate: (authorization) => admins.authenticate(authorization),
    logFieldsOf: (admin) => ({ admin: admin.id }),
    // No id of an app has a space.
    limitKeyOf: (admin) => `admin ${admin.id}`,
  };
  const { disableSignIns, enableSignIns, listDisabledSignIns, describeTicket } = handlers;
  return {
    disableSignIns: createUnaryHandler("DisableSignIns", adminCaller, disableSignIns, dependencies),
    enableSignIns: createUnaryHandler("EnableSignIns", adminCaller, enableSignIns, dependencies),
    listDisabledSignIns: createUnaryHandler(
      "ListDisabledSignIns",
      adminCaller,
      listDisabledSignIns,
      dependencies,
    ),
    describeTicket: createUnaryHandler("DescribeTicket", adminCaller, describeTicket, dependencies),
  };
}
