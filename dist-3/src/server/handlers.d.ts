import { AuthorizeRequest, AuthorizeResponse, CancelRequest, CancelResponse, type CreateTicketRequest, CreateTicketResponse, ExchangeUserInfoRequest, ExchangeUserInfoResponse, GetSigningKeysRequest, GetSigningKeysResponse, GetStatusRequest, GetStatusResponse, MarkScannedRequest, MarkScannedResponse, WatchStatusRequest, WatchStatusResponse, WithdrawRequest, WithdrawResponse } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { TokenSigner } from "../auth/token_signer.js";
import type { AuthenticatedUser } from "../auth/user_tokens.js";
import type { AppConfig } from "../config/config.js";
import type { Clock } from "../domain/clock.js";
import type { ImageRenderer } from "../qr/image.js";
import type { TicketService } from "../service/tickets.js";
import type { WatchTicket } from "../service/watch.js";
import type { Method, StreamMethod } from "./calls.js";
/** What the handlers call. */
export interface Handled {
    readonly tickets: TicketService;
    readonly watch: WatchTicket;
    readonly images: ImageRenderer;
    /** What signs tokens for the apps; they get none if undefined. */
    readonly signer: TokenSigner | undefined;
    readonly apps: readonly AppConfig[];
    readonly clock: Clock;
    readonly maxCustomDataBytes: number;
    /** Milliseconds; told to callers that poll. */
    readonly minPollInterval: number;
}
type ByApp<Request, Response> = Method<AppConfig, Request, Response>;
type ByApprover<Request, Response> = Method<AuthenticatedUser, Request, Response>;
export type Handlers = ReturnType<typeof createHandlers>;
/** One short handler per RPC: read the request, call the use case, write the answer. */
export declare function createHandlers({ tickets, watch, images, signer, apps, clock, ...told }: Handled): {
    app: {
        createTicket: ByApp<CreateTicketRequest, CreateTicketResponse>;
        getStatus: ByApp<GetStatusRequest, GetStatusResponse>;
        withdraw: ByApp<WithdrawRequest, WithdrawResponse>;
        exchangeUserInfo: ByApp<ExchangeUserInfoRequest, ExchangeUserInfoResponse>;
        getSigningKeys: ByApp<GetSigningKeysRequest, GetSigningKeysResponse>;
    };
    approver: {
        markScanned: ByApprover<MarkScannedRequest, MarkScannedResponse>;
        authorize: ByApprover<AuthorizeRequest, AuthorizeResponse>;
        cancel: ByApprover<CancelRequest, CancelResponse>;
    };
    appStream: {
        watchStatus: StreamMethod<AppConfig, WatchStatusRequest, WatchStatusResponse>;
    };
};
export {};
