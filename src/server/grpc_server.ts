import { Server, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Logger } from "pino";
import { QrLoginServiceService } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { AppAuthenticator } from "../auth/app_credentials.js";
import type { AuthenticatedUser, UserAuthenticator } from "../auth/user_tokens.js";
import type { AppConfig, GrpcConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import { Refusal } from "../domain/refusal.js";
import { createLineLimit, refusalsPerInterval } from "../log/line_limit.js";
import { createAdmissions } from "./admission.js";
import { bind } from "./bind.js";
import { createCallLog } from "./call_log.js";
import { type CallEdge, type CallerKind, serverStream, unary } from "./calls.js";
import type { Handlers } from "./handlers.js";
import { addHealth, healthService, type ServingStatus } from "./health.js";
import { createInFlight } from "./in_flight.js";
import { createLimits } from "./limits.js";
import { requireOneRequest } from "./one_request.js";
import { rawMessages } from "./raw_requests.js";
import { addReflection, reflectionServices } from "./reflection.js";

export interface GrpcServerOptions {
  readonly config: GrpcConfig;
  readonly handlers: Handlers;
  readonly apps: AppAuthenticator;
  readonly users: UserAuthenticator;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A server that listens. */
export interface GrpcServer {
  /** `HOST:PORT` as really bound. */
  readonly address: string;
  /** Whether health says SERVING for the service, unless it is stopping. True at the start. */
  setServing(isServing: boolean): void;
  /** Whether health says SERVING for the clock. True at the start. */
  setClockRight(isRight: boolean): void;
  /**
   * Stops politely: health says NOT_SERVING, after the delay watches end with SERVER_DRAINING and new calls are refused
   * with it, running calls finish, connections close. What still runs at the deadline ends with SERVER_DRAINING too, and what does
   * not end by then loses its connection.
   */
  stop(): Promise<void>;
}

const serviceName = "qrlogin.v1.QrLoginService";

/**
 * Further names that health knows. The process lives as long as it answers, whatever the store does: for whoever would restart it. The
 * clock of this machine agrees with the store's: for whoever looks after the machine.
 */
const livenessName = "liveness";
const clockName = "clock";

/** How long connections have to close, in milliseconds, once every call of ours is over. Health watchers would never. */
const closeGrace = 500;

/**
 * Starts serving.
 *
 * @throws Error when the address cannot be bound or a certificate cannot be read.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  const { config, clock, log } = options;
  const server = new Server({
    "grpc.max_receive_message_length": config.maxMessageBytes,
    // No grace: calls and watches on an old connection go on until they end by themselves.
    ...(config.maxConnectionAge > 0 && { "grpc.max_connection_age_ms": config.maxConnectionAge }),
    "grpc.max_concurrent_streams": config.limits.streamsPerConnection,
    "grpc.keepalive_time_ms": config.keepalive.interval,
    "grpc.keepalive_timeout_ms": config.keepalive.timeout,
    // Bookkeeping for a debugging service that is not offered: 4 % of the CPU.
    "grpc.enable_channelz": 0,
    interceptors: [requireOneRequest(`/${serviceName}/`)],
  });
  const inFlight = createInFlight();
  const refusals = createLineLimit({ log, clock, lines: refusalsPerInterval, message: "refusals summed up" });
  const admissions = createAdmissions(config.limits);
  const edge: CallEdge = { log: createCallLog(log, refusals), inFlight, admissions };
  server.addService(rawMessages(QrLoginServiceService), implementation(options, edge));
  const limits = createLimits({
    ...{ config: config.limits, clock, log },
    services: [QrLoginServiceService, healthService, ...(config.reflection ? reflectionServices : [])],
    admissions,
    appOf: (authorization) => appOf(options.apps, authorization),
  });
  const healthNames = ["", serviceName, livenessName, clockName];
  const health = addHealth(server, healthNames, config.limits.healthWatches, limits.floods);
  if (config.reflection) addReflection(server);

  const port = await bind(server, config);
  limits.attach(server);
  const address = `${config.address.slice(0, config.address.lastIndexOf(":"))}:${port}`;

  let stopping = false;
  function setServing(isServing: boolean): void {
    for (const name of ["", serviceName]) health.setStatus(name, servingStatus(isServing));
  }

  async function stop(): Promise<void> {
    stopping = true;
    setServing(false);
    await new Promise<void>((resolve) => void clock.after(config.shutdown.delay, resolve));
    inFlight.stop(new Refusal("SERVER_DRAINING"));
    limits.release();
    await atMost(config.shutdown.deadline, inFlight.none(), clock);
    inFlight.endCalls();
    // Not forceShutdown, which knows no connection where channelz is off. And first, since drain cuts only what it has
    // itself asked to close.
    server.drain(address, closeGrace);
    const closed = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    await atMost(2 * closeGrace, closed, clock);
    // Such as peers that never said anything, or do not close their end.
    limits.close();
    refusals.close();
  }

  let stopped: Promise<void> | undefined;
  return {
    address,
    setServing: (isServing) => stopping || setServing(isServing),
    setClockRight: (isRight) => health.setStatus(clockName, servingStatus(isRight)),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function appOf(apps: AppAuthenticator, authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^basic /i.test(authorization)) return undefined;
  try {
    return apps.authenticate([authorization]).id;
  } catch {
    // Its call is refused when it begins.
    return undefined;
  }
}

function servingStatus(isServing: boolean): ServingStatus {
  return isServing ? "SERVING" : "NOT_SERVING";
}

function implementation(
  { handlers, apps, users }: GrpcServerOptions,
  edge: CallEdge,
): UntypedServiceImplementation {
  const byApp: CallerKind<AppConfig> = {
    authenticate: (authorization) => apps.authenticate(authorization),
    describe: (app) => ({ app: app.id }),
    keyOf: (app) => app.id,
  };
  const byApprover: CallerKind<AuthenticatedUser> = {
    authenticate: (authorization, call) => users.authenticate(authorization, call.signal()),
    describe: (user) => ({ pool: user.approver.userPoolId }),
    keyOf: ({ approver: { issuer, subject } }) => JSON.stringify([issuer, subject]),
  };
  const { app, approver, appStream } = handlers;
  return {
    createTicket: unary("CreateTicket", byApp, app.createTicket, edge),
    getStatus: unary("GetStatus", byApp, app.getStatus, edge),
    watchStatus: serverStream("WatchStatus", byApp, appStream.watchStatus, edge),
    markScanned: unary("MarkScanned", byApprover, approver.markScanned, edge),
    authorize: unary("Authorize", byApprover, approver.authorize, edge),
    cancel: unary("Cancel", byApprover, approver.cancel, edge),
    withdraw: unary("Withdraw", byApp, app.withdraw, edge),
    exchangeUserInfo: unary("ExchangeUserInfo", byApp, app.exchangeUserInfo, edge),
    getSigningKeys: unary("GetSigningKeys", byApp, app.getSigningKeys, edge),
  };
}

/** Fulfilled when `done` is, or after `ms` milliseconds. Leaves no timer behind. */
async function atMost(ms: number, done: Promise<void>, clock: Clock): Promise<void> {
  let cancel = () => {};
  const over = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await Promise.race([done, over]);
  cancel();
}
