import { type ClientReadableStream, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type {
  AuthorizeRequest,
  AuthorizeResponse,
  CancelRequest,
  CancelResponse,
  CreateTicketRequest,
  CreateTicketResponse,
  ExchangeUserInfoRequest,
  ExchangeUserInfoResponse,
  GetSigningKeysRequest,
  GetSigningKeysResponse,
  GetStatusRequest,
  GetStatusResponse,
  MarkScannedRequest,
  MarkScannedResponse,
  QrLoginServiceClient,
  SubmitCheckCodeRequest,
  SubmitCheckCodeResponse,
  WatchStatusResponse,
  WithdrawRequest,
  WithdrawResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import * as messages from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { type ErrorDetails, parseErrorDetails } from "../../src/client/error_details.js";
import { appSecrets, type TestApp } from "./server.js";
import { createChangeSignal, withTimeout } from "./timeout.js";

/** Creates metadata with these values of `authorization`. */
export function authorization(...values: readonly string[]): Metadata {
  const metadata = new Metadata();
  for (const value of values) metadata.add("authorization", value);
  return metadata;
}

export function basic(appId: string, secret: string): string {
  return `Basic ${Buffer.from(`${appId}:${secret}`).toString("base64")}`;
}

export const asApp = (app: TestApp): Metadata => authorization(basic(app, appSecrets[app]));
export const asUser = (token: string): Metadata => authorization(`Bearer ${token}`);

/** Outcome of a call: OK, or the error as it was on the wire. */
export interface CallResult<T> extends ErrorDetails {
  readonly code: keyof typeof status;
  readonly response: T | undefined;
}

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

function callUnary<Request, Response>(
  call: Unary<Request, Response>,
  request: Request,
  metadata: Metadata,
): Promise<CallResult<Response>> {
  const result = new Promise<CallResult<Response>>((resolve) => {
    call(request, metadata, (error, response) => resolve({ ...callResultOf(error), response }));
  });
  return withTimeout(result, `a response to ${call.name}`);
}

/** Converts an error of grpc-js to an outcome. No error means OK. */
export function callResultOf(error: ServiceError | null): CallResult<never> {
  const code = status[error?.code ?? status.OK] as keyof typeof status;
  return { code, response: undefined, ...parseErrorDetails(error?.metadata) };
}

/** Parameters of a request, of which a test sets only those that matter to it. */
export type PartialRequest<T> = Partial<T>;

export const rpcs = [
  "createTicket",
  "getStatus",
  "watchStatus",
  "markScanned",
  "authorize",
  "cancel",
  "submitCheckCode",
  "withdraw",
  "exchangeUserInfo",
  "getSigningKeys",
] as const;

export type Rpc = (typeof rpcs)[number];

/**
 * Returns every RPC as a function whose promise always resolves, also after an error. A watch resolves with its
 * first message.
 */
export function callsOf(client: QrLoginServiceClient, metadata: Metadata) {
  return {
    createTicket: (request: PartialRequest<CreateTicketRequest> = {}) =>
      callUnary<CreateTicketRequest, CreateTicketResponse>(
        client.createTicket.bind(client),
        messages.CreateTicketRequest.fromPartial(request as object),
        metadata,
      ),
    getStatus: (request: GetStatusRequest) =>
      callUnary<GetStatusRequest, GetStatusResponse>(client.getStatus.bind(client), request, metadata),
    async watchStatus(request: GetStatusRequest): Promise<CallResult<WatchStatusResponse>> {
      const watch = watchOf(client, metadata, request);
      const first = await watch.next();
      if (first) {
        watch.cancel();
        return { ...callResultOf(null), response: { status: first } };
      }
      return watch.ended;
    },
    markScanned: (
      scanned: MarkScannedRequest["scanned"],
      capabilities: messages.PhoneCapability[] = [messages.PhoneCapability.CHECK_CODE],
    ) =>
      callUnary<MarkScannedRequest, MarkScannedResponse>(
        client.markScanned.bind(client),
        { scanned, capabilities },
        metadata,
      ),
    authorize: (request: AuthorizeRequest) =>
      callUnary<AuthorizeRequest, AuthorizeResponse>(client.authorize.bind(client), request, metadata),
    cancel: (request: CancelRequest) =>
      callUnary<CancelRequest, CancelResponse>(client.cancel.bind(client), request, metadata),
    submitCheckCode: (request: PartialRequest<SubmitCheckCodeRequest>) =>
      callUnary<SubmitCheckCodeRequest, SubmitCheckCodeResponse>(
        client.submitCheckCode.bind(client),
        messages.SubmitCheckCodeRequest.fromPartial(request),
        metadata,
      ),
    withdraw: (request: WithdrawRequest) =>
      callUnary<WithdrawRequest, WithdrawResponse>(client.withdraw.bind(client), request, metadata),
    exchangeUserInfo: (request: PartialRequest<ExchangeUserInfoRequest>) =>
      callUnary<ExchangeUserInfoRequest, ExchangeUserInfoResponse>(
        client.exchangeUserInfo.bind(client),
        messages.ExchangeUserInfoRequest.fromPartial(request),
        metadata,
      ),
    getSigningKeys: () =>
      callUnary<GetSigningKeysRequest, GetSigningKeysResponse>(
        client.getSigningKeys.bind(client),
        {},
        metadata,
      ),
  };
}

export type Calls = ReturnType<typeof callsOf>;

/** Recorded watch. */
export interface Watch {
  /**
   * Resolves with the next status, or with undefined when the stream has ended. Rejects after `timeoutMs`, by
   * default at the time-out of every wait.
   */
  next(timeoutMs?: number): Promise<TicketStatus | undefined>;
  /** Returns the number of statuses that have arrived and have not been read. */
  unreadCount(): number;
  /** Resolves with the outcome of the stream. */
  readonly ended: Promise<CallResult<never>>;
  readonly stream: ClientReadableStream<WatchStatusResponse>;
  cancel(): void;
}

/** Starts a watch with a grpc-js client, which reads messages as soon as they arrive. */
export function watchOf(client: QrLoginServiceClient, metadata: Metadata, proof: GetStatusRequest): Watch {
  const { ticketId, ticketSecret } = proof;
  const stream = client.watchStatus({ ticketId, ticketSecret }, metadata);
  const statuses: TicketStatus[] = [];
  let result: CallResult<never> | undefined;
  const changes = createChangeSignal();
  const end = (outcome: CallResult<never>) => {
    result ??= outcome;
    changes.notify();
  };
  stream.on("error", (error: ServiceError) => end(callResultOf(error)));
  // An error is reported before the end. The first of the two counts.
  stream.on("end", () => end(callResultOf(null)));
  stream.on("data", ({ status: one }: WatchStatusResponse) => {
    if (one) statuses.push(one);
    changes.notify();
  });
  return {
    async next(timeoutMs) {
      await changes.waitFor(
        () => (statuses.length > 0 || result ? true : undefined),
        "a status, or the end of the watch",
        timeoutMs,
      );
      return statuses.shift();
    },
    unreadCount: () => statuses.length,
    get ended() {
      return changes.waitFor(() => result, "the end of the watch");
    },
    stream,
    cancel: () => stream.cancel(),
  };
}

/** Returns the calls of an app, and of a user with a token. */
export function callersOf(client: QrLoginServiceClient) {
  return {
    app: (app: TestApp): Calls => callsOf(client, asApp(app)),
    user: (token: string): Calls => callsOf(client, asUser(token)),
  };
}

/** Ticket as its creator receives it. */
export interface CreatedTicket {
  readonly ticketId: string;
  readonly ticketSecret: string;
  readonly qrContent: string;
}

/** Request of a creator that asks for a check code. */
export const asksForCheckCode = { capabilities: [messages.CreatorCapability.CHECK_CODE] };

/** Request of a creator that can do everything. */
export const everyCapability = {
  capabilities: [messages.CreatorCapability.CHECK_CODE, messages.CreatorCapability.QR_CODE_STEPS],
};

/** Creates a ticket, as a creator that can do everything. Throws after an error. */
export async function createTestTicket(
  app: Calls,
  request: PartialRequest<CreateTicketRequest> = {},
): Promise<CreatedTicket> {
  return responseOrThrow(await app.createTicket({ ...everyCapability, ...request }));
}

/** Creates a ticket that this user has scanned. */
export async function createScannedTicket(
  app: Calls,
  user: Calls,
  request?: PartialRequest<CreateTicketRequest>,
): Promise<CreatedTicket> {
  const ticket = await createTestTicket(app, request);
  responseOrThrow(await user.markScanned({ $case: "qrContent", value: ticket.qrContent }));
  return ticket;
}

/**
 * Creates a ticket that this user has approved, with the check code if one is needed, and returns it with its
 * exchange ticket.
 */
export async function createAuthorizedTicket(
  app: Calls,
  user: Calls,
  request?: PartialRequest<CreateTicketRequest>,
): Promise<CreatedTicket & { readonly exchangeTicket: string }> {
  const ticket = await createScannedTicket(app, user, request);
  const { checkCode } = responseOrThrow(await user.authorize({ ticketId: ticket.ticketId }));
  if (checkCode !== "") responseOrThrow(await app.submitCheckCode({ ...ticket, checkCode }));
  const { status: ticketStatus } = responseOrThrow(await app.getStatus(ticket));
  return { ...ticket, exchangeTicket: ticketStatus?.exchangeTicket ?? "" };
}

/** Settings of a service whose policy needs a check code of all apps. */
export const checkCodeSettings = { policy: { checkCode: { mode: "always" } } };

/** Creates a ticket that this user has approved and that waits for the check code. */
export async function createAwaitingTicket(
  app: Calls,
  user: Calls,
): Promise<CreatedTicket & { readonly checkCode: string }> {
  const ticket = await createScannedTicket(app, user);
  const { checkCode } = responseOrThrow(await user.authorize({ ticketId: ticket.ticketId }));
  return { ...ticket, checkCode };
}

/** Returns a check code of the same length that is not the right one. */
export const wrongCodeFor = (checkCode: string): string =>
  `${checkCode.slice(0, -1)}${(Number(checkCode.at(-1)) + 1) % 10}`;

/**
 * Returns the response.
 *
 * @throws Error with code and reason of a failed call.
 */
export function responseOrThrow<T>(result: CallResult<T>): T {
  if (result.response === undefined || result.code !== "OK") {
    throw new Error(`the call failed: ${result.code} ${result.rawReason}`);
  }
  return result.response;
}

/** Returns the two forms in which MarkScanned accepts a code. */
export const scannedById = ({ ticketId }: { ticketId: string }) =>
  ({ $case: "ticketId", value: ticketId }) as const;
export const scannedByText = (value: string) => ({ $case: "qrContent", value }) as const;
