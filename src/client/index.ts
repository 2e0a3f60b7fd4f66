export { ErrorReason } from "../../gen/qrlogin/v1/error_reason.js";
export {
  DescribeTicketRequest,
  DescribeTicketResponse,
  DisabledSignIns,
  DisableSignInsRequest,
  DisableSignInsResponse,
  EnableSignInsRequest,
  EnableSignInsResponse,
  ListDisabledSignInsResponse,
  TicketDescription,
} from "../../gen/qrlogin/v1/qr_login_admin_service.js";
export {
  Approval,
  AuthorizeRequest,
  AuthorizeResponse,
  CancelRequest,
  CancelResponse,
  CreateTicketRequest,
  CreateTicketResponse,
  CreatorCapability,
  ExchangeUserInfoRequest,
  ExchangeUserInfoResponse,
  GetSigningKeysRequest,
  GetSigningKeysResponse,
  GetStatusRequest,
  GetStatusResponse,
  MarkScannedRequest,
  MarkScannedResponse,
  PhoneCapability,
  QrErrorCorrection,
  QrImage,
  QrImageFormat,
  QrImageOptions,
  RequestingApp,
  SubmitCheckCodeRequest,
  SubmitCheckCodeResponse,
  TokenSet,
  UserInfo,
  WatchStatusRequest,
  WatchStatusResponse,
  WithdrawRequest,
  WithdrawResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
export {
  CancelReason,
  ContextSource,
  QrCodeStep,
  RequesterContext,
  ScannedBy,
  TicketState,
  TicketStatus,
} from "../../gen/qrlogin/v1/ticket.js";
export {
  type AdminClient,
  type AdminClientOptions,
  createAdminClient,
} from "./admin_client.js";
export {
  type AppCallOptions,
  type AppClient,
  type AppClientOptions,
  type AppCredentials,
  type AppWatchOptions,
  createAppClient,
} from "./app_client.js";
export {
  type ApproverCallOptions,
  type ApproverClient,
  type ApproverClientOptions,
  createApproverClient,
} from "./approver_client.js";
export type { BackoffOptions } from "./backoff.js";
export type { CallObserver, EndedCall } from "./call_observer.js";
export type { ConnectionFailure } from "./connection_failure.js";
export { isInterrupted, isQrLoginError, QrLoginError } from "./error.js";
export type { ErrorReasonName, FieldViolation } from "./error_details.js";
export { codeChallengeOf, createCodeVerifier } from "./pkce.js";
export type { CallOptions, ClientOptions } from "./rpc_client.js";
export { isTerminal } from "./terminal_state.js";
export type { TlsCertificates } from "./tls_credentials.js";
export type { Tls } from "./transport.js";
export type { WatchOptions } from "./watch.js";
