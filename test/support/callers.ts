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
  WatchStatusResponse,
  WithdrawRequest,
  WithdrawResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import * as messages from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { type RefusalDetails, refusalDetailsOf } from "../../src/client/refusal_details.js";
import { appSecrets, type TestApp } from "./server.js";
import { createChanges, soon } from "./soon.js";

/** Metadata with these values of `authorization`. */
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

/** What became of a call: OK, or a refusal as it was on the wire. */
export interface Answer<T> extends RefusalDetails {
  readonly code: keyof typeof status;
  readonly response: T | undefined;
}

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

function answered<Request, Response>(
  call: Unary<Request, Response>,
  request: Request,
  metadata: Metadata,
): Promise<Answer<Response>> {
  const answer = new Promise<Answer<Response>>((resolve) => {
    call(request, metadata, (error, response) => resolve({ ...answerOf(error), response }));
  });
  return soon(answer, `an answer to ${call.name}`);
}

/** What an error of grpc-js says; OK for none. */
export function answerOf(error: ServiceError | null): Answer<never> {
  const code = status[error?.code ?? status.OK] as keyof typeof status;
  return { code, response: undefined, ...refusalDetailsOf(error?.metadata) };
}

/** A request with only what the test cares about. */
export type Partly<T> = Partial<T>;

export const rpcs = [
  "createTicket",
  "getStatus",
  "watchStatus",
  "markScanned",
  "authorize",
  "cancel",
  "withdraw",
  "exchangeUserInfo",
  "getSigningKeys",
] as const;

export type Rpc = (typeof rpcs)[number];

/** Every RPC as a promise that is always fulfilled. A watch counts as answered with its first message. */
export function callsOf(client: QrLoginServiceClient, metadata: Metadata) {
  return {
    createTicket: (request: Partly<CreateTicketRequest> = {}) =>
      answered<CreateTicketRequest, CreateTicketResponse>(
        client.createTicket.bind(client),
        messages.CreateTicketRequest.fromPartial(request as object),
        metadata,
      ),
    getStatus: (request: GetStatusRequest) =>
      answered<GetStatusRequest, GetStatusResponse>(client.getStatus.bind(client), request, metadata),
    async watchStatus(request: GetStatusRequest): Promise<Answer<WatchStatusResponse>> {
      const watch = watchOf(client, metadata, request);
      const first = await watch.next();
      if (first) {
        watch.cancel();
        return { ...answerOf(null), response: { status: first } };
      }
      return watch.ended;
    },
    markScanned: (scanned: MarkScannedRequest["scanned"]) =>
      answered<MarkScannedRequest, MarkScannedResponse>(
        client.markScanned.bind(client),
        { scanned },
        metadata,
      ),
    authorize: (request: AuthorizeRequest) =>
      answered<AuthorizeRequest, AuthorizeResponse>(client.authorize.bind(client), request, metadata),
    cancel: (request: CancelRequest) =>
      answered<CancelRequest, CancelResponse>(client.cancel.bind(client), request, metadata),
    withdraw: (request: WithdrawRequest) =>
      answered<WithdrawRequest, WithdrawResponse>(client.withdraw.bind(client), request, metadata),
    exchangeUserInfo: (request: Partly<ExchangeUserInfoRequest>) =>
      answered<ExchangeUserInfoRequest, ExchangeUserInfoResponse>(
        client.exchangeUserInfo.bind(client),
        messages.ExchangeUserInfoRequest.fromPartial(request),
        metadata,
      ),
    getSigningKeys: () =>
      answered<GetSigningKeysRequest, GetSigningKeysResponse>(
        client.getSigningKeys.bind(client),
        {},
        metadata,
      ),
  };
}

export type Calls = ReturnType<typeof callsOf>;

/** A watch as a test sees it. */
export interface Watch {
  /** The next status; undefined when the stream is over. */
  next(): Promise<TicketStatus | undefined>;
  /** Statuses that have come and that nobody has asked for. */
  waiting(): number;
  /** How the stream ended. */
  readonly ended: Promise<Answer<never>>;
  readonly stream: ClientReadableStream<WatchStatusResponse>;
  cancel(): void;
}

/** Watches with a client of grpc-js; reads as fast as messages come. */
export function watchOf(client: QrLoginServiceClient, metadata: Metadata, proof: GetStatusRequest): Watch {
  const { ticketId, ticketSecret } = proof;
  const stream = client.watchStatus({ ticketId, ticketSecret }, metadata);
  const statuses: TicketStatus[] = [];
  let over: Answer<never> | undefined;
  const changes = createChanges();
  const end = (answer: Answer<never>) => {
    over ??= answer;
    changes.announce();
  };
  stream.on("error", (error: ServiceError) => end(answerOf(error)));
  // An error is told first; the first of the two counts.
  stream.on("end", () => end(answerOf(null)));
  stream.on("data", ({ status: one }: WatchStatusResponse) => {
    if (one) statuses.push(one);
    changes.announce();
  });
  return {
    async next() {
      await changes.until(
        () => (statuses.length > 0 || over ? true : undefined),
        "a status, or the end of the watch",
      );
      return statuses.shift();
    },
    waiting: () => statuses.length,
    get ended() {
      return changes.until(() => over, "the end of the watch");
    },
    stream,
    cancel: () => stream.cancel(),
  };
}

/** The calls of an app, and of a user by their token. */
export function callersOf(client: QrLoginServiceClient) {
  return {
    app: (app: TestApp): Calls => callsOf(client, asApp(app)),
    user: (token: string): Calls => callsOf(client, asUser(token)),
  };
}

/** A ticket, as its creator holds it. */
export interface Held {
  readonly ticketId: string;
  readonly ticketSecret: string;
  readonly qrContent: string;
}

/** Makes a ticket; throws if that is refused. */
export async function created(app: Calls, request: Partly<CreateTicketRequest> = {}): Promise<Held> {
  return orThrow(await app.createTicket(request));
}

/** Makes a ticket that this user has scanned. */
export async function scanned(app: Calls, user: Calls, request?: Partly<CreateTicketRequest>): Promise<Held> {
  const ticket = await created(app, request);
  orThrow(await user.markScanned({ $case: "qrContent", value: ticket.qrContent }));
  return ticket;
}

/** Makes a ticket that this user has approved, and tells its exchange ticket. */
export async function authorized(
  app: Calls,
  user: Calls,
  request?: Partly<CreateTicketRequest>,
): Promise<Held & { readonly exchangeTicket: string }> {
  const ticket = await scanned(app, user, request);
  orThrow(await user.authorize({ ticketId: ticket.ticketId }));
  const { status: told } = orThrow(await app.getStatus(ticket));
  return { ...ticket, exchangeTicket: told?.exchangeTicket ?? "" };
}

/** The response; throws what refused the call. */
export function orThrow<T>(answer: Answer<T>): T {
  if (answer.response === undefined || answer.code !== "OK") {
    throw new Error(`the call was refused: ${answer.code} ${answer.reasonText}`);
  }
  return answer.response;
}

/** The two forms in which MarkScanned takes what was scanned. */
export const byId = ({ ticketId }: { ticketId: string }) => ({ $case: "ticketId", value: ticketId }) as const;
export const byText = (value: string) => ({ $case: "qrContent", value }) as const;
