import {
  AuthorizeRequest,
  AuthorizeResponse,
  CancelRequest,
  CancelResponse,
  type CreateTicketRequest,
  CreateTicketResponse,
  ExchangeUserInfoRequest,
  ExchangeUserInfoResponse,
  GetSigningKeysRequest,
  GetSigningKeysResponse,
  GetStatusRequest,
  GetStatusResponse,
  MarkScannedRequest,
  MarkScannedResponse,
  SubmitCheckCodeRequest,
  SubmitCheckCodeResponse,
  WatchStatusRequest,
  WatchStatusResponse,
  WithdrawRequest,
  WithdrawResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TokenSigner } from "../auth/signing/token_signer.js";
import type { AuthenticatedUser } from "../auth/user_authenticator.js";
import type { Clock } from "../base/clock.js";
import type { AppConfig } from "../config/config.js";
import { ticketIdOf } from "../domain/secrets.js";
import type { ImageRenderer } from "../qr/image_renderer.js";
import type { LimitedTickets } from "../service/limits/limited_tickets.js";
import type { WatchTicket } from "../service/watch.js";
import type { ServerStreamingMethod, UnaryMethod } from "./calls/call_handler.js";
import { boundedCreateTicketDecoder } from "./messages/custom_data.js";
import { firstQrContentOf } from "./messages/qr_code_step.js";
import {
  readCreateTicket,
  readExchange,
  readMarkScanned,
  readSubmitCheckCode,
  readTicketCredentials,
  readTicketId,
} from "./messages/requests.js";
import {
  toAuthorizeResponse,
  toCreateTicketResponse,
  toExchangeUserInfoResponse,
  toMarkScannedResponse,
  toStateResponse,
  toTicketStatus,
} from "./messages/responses.js";

/** The dependencies of the handlers. */
export interface HandlerDependencies {
  readonly tickets: LimitedTickets;
  readonly watch: WatchTicket;
  readonly images: ImageRenderer;
  /** Returns the signer of tokens for the apps. If it is undefined, apps receive no tokens. */
  signer(): TokenSigner | undefined;
  findApp(id: string): Pick<AppConfig, "name" | "logoUrl"> | undefined;
  readonly clock: Clock;
  readonly maxCustomDataBytes: number;
  /** Shortest interval between two GetStatus calls, in milliseconds. CreateTicket reports it to callers. */
  readonly minPollInterval: number;
}

type AppMethod<Request, Response> = UnaryMethod<AppConfig, Request, Response>;
type ApproverMethod<Request, Response> = UnaryMethod<AuthenticatedUser, Request, Response>;

export type Handlers = ReturnType<typeof createHandlers>;

/** Creates one handler for each RPC. A handler reads the request, calls the use case and converts the result. */
export function createHandlers({
  tickets,
  watch,
  images,
  signer,
  findApp,
  clock,
  ...limits
}: HandlerDependencies) {
  const createTicket: AppMethod<CreateTicketRequest, CreateTicketResponse> = {
    request: boundedCreateTicketDecoder(limits.maxCustomDataBytes),
    response: CreateTicketResponse,
    async handle(app, request, call) {
      const { parameters, image: imageOptions } = readCreateTicket(request, limits.maxCustomDataBytes);
      const prepared = tickets.prepare(app, parameters);
      call.setTicket(prepared.ticket.id);
      const qrContent = firstQrContentOf(prepared, clock);
      const image =
        imageOptions &&
        (await images.render(qrContent, imageOptions, { caller: app.id, signal: call.signal() }));
      await tickets.create(prepared);
      return toCreateTicketResponse(prepared, qrContent, image, limits.minPollInterval, clock);
    },
  };

  const getStatus: AppMethod<GetStatusRequest, GetStatusResponse> = {
    request: GetStatusRequest,
    response: GetStatusResponse,
    async handle(app, request, call) {
      const credentials = readTicketCredentials(request);
      call.setTicket(credentials.ticketId);
      return { status: toTicketStatus(await tickets.get(app, credentials), credentials, clock) };
    },
  };

  const watchStatus: ServerStreamingMethod<AppConfig, WatchStatusRequest, WatchStatusResponse> = {
    request: WatchStatusRequest,
    response: WatchStatusResponse,
    start(app, request, output, call) {
      const credentials = readTicketCredentials(request);
      call.setTicket(credentials.ticketId);
      return watch(app, credentials, {
        onTicket(ticket, traceparent) {
          call.sendStatus(ticket.state, traceparent, () =>
            output.write({ status: toTicketStatus(ticket, credentials, clock) }),
          );
        },
        onEnd: output.end,
      });
    },
  };

  const markScanned: ApproverMethod<MarkScannedRequest, MarkScannedResponse> = {
    request: MarkScannedRequest,
    response: MarkScannedResponse,
    async handle({ approver }, request, call) {
      const scan = readMarkScanned(request);
      call.setTicket(scan.code.ticketId);
      const ticket = await tickets.markScanned(approver, scan);
      // The id stands in for the name of an app that is no longer in the configuration.
      const app = findApp(ticket.appId) ?? { name: ticket.appId, logoUrl: "" };
      return toMarkScannedResponse(ticket, app, clock);
    },
  };

  const authorize: ApproverMethod<AuthorizeRequest, AuthorizeResponse> = {
    request: AuthorizeRequest,
    response: AuthorizeResponse,
    async handle(user, request, call) {
      const ticketId = readTicketId(request);
      call.setTicket(ticketId);
      const profile = () => user.fetchProfile(call.signal());
      return toAuthorizeResponse(await tickets.authorize(user.approver, ticketId, profile), clock);
    },
  };

  const cancel: ApproverMethod<CancelRequest, CancelResponse> = {
    request: CancelRequest,
    response: CancelResponse,
    async handle({ approver }, request, call) {
      const ticketId = readTicketId(request);
      call.setTicket(ticketId);
      return toStateResponse(await tickets.cancel(approver, ticketId));
    },
  };

  const submitCheckCode: AppMethod<SubmitCheckCodeRequest, SubmitCheckCodeResponse> = {
    request: SubmitCheckCodeRequest,
    response: SubmitCheckCodeResponse,
    async handle(app, request, call) {
      const { credentials, checkCode, ipAddress } = readSubmitCheckCode(request);
      call.setTicket(credentials.ticketId);
      return toStateResponse(await tickets.submitCheckCode(app, credentials, checkCode, ipAddress));
    },
  };

  const withdraw: AppMethod<WithdrawRequest, WithdrawResponse> = {
    request: WithdrawRequest,
    response: WithdrawResponse,
    async handle(app, request, call) {
      const credentials = readTicketCredentials(request);
      call.setTicket(credentials.ticketId);
      return toStateResponse(await tickets.withdraw(app, credentials));
    },
  };

  const exchangeUserInfo: AppMethod<ExchangeUserInfoRequest, ExchangeUserInfoResponse> = {
    request: ExchangeUserInfoRequest,
    response: ExchangeUserInfoResponse,
    async handle(app, request, call) {
      const { exchangeTicket, codeVerifier } = readExchange(request);
      call.setTicket(ticketIdOf(exchangeTicket));
      return tickets.exchange(app, exchangeTicket, codeVerifier, async (ticket) => {
        const { approval } = ticket;
        const tokens = approval && (await signer()?.sign({ ...ticket, approval }));
        return toExchangeUserInfoResponse(ticket, tokens, clock);
      });
    },
  };

  const getSigningKeys: AppMethod<GetSigningKeysRequest, GetSigningKeysResponse> = {
    request: GetSigningKeysRequest,
    response: GetSigningKeysResponse,
    async handle() {
      const { issuer = "", jwks = '{"keys":[]}' } = signer() ?? {};
      return { issuer, jwks };
    },
  };

  return {
    app: { createTicket, getStatus, submitCheckCode, withdraw, exchangeUserInfo, getSigningKeys },
    approver: { markScanned, authorize, cancel },
    appStream: { watchStatus },
  };
}
