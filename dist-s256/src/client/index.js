export { ErrorReason } from "../../gen/qrlogin/v1/error_reason.js";
export { Approval, AuthorizeRequest, AuthorizeResponse, CancelRequest, CancelResponse, CreateTicketRequest, CreateTicketResponse, ExchangeUserInfoRequest, ExchangeUserInfoResponse, GetSigningKeysRequest, GetSigningKeysResponse, GetStatusRequest, GetStatusResponse, MarkScannedRequest, MarkScannedResponse, QrErrorCorrection, QrImage, QrImageFormat, QrImageOptions, RequestingApp, TokenSet, UserInfo, WatchStatusRequest, WatchStatusResponse, WithdrawRequest, WithdrawResponse, } from "../../gen/qrlogin/v1/qr_login_service.js";
export { CancelReason, ContextSource, RequesterContext, ScannedBy, TicketState, TicketStatus, } from "../../gen/qrlogin/v1/ticket.js";
export { createAppClient, } from "./app_client.js";
export { createApproverClient, } from "./approver_client.js";
export { isInterrupted, isQrLoginError, QrLoginError } from "./error.js";
export { codeChallengeOf, createCodeVerifier } from "./proof_key.js";
export { isTerminal } from "./terminal_state.js";
