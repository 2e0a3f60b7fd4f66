/**
 * Treatment of a field's value by the logger. "keep" means that the value is not a credential, not that it
 * belongs in a log.
 */
type Treatment = "redact" | "keep";

/**
 * The fields of the gRPC API that can hold text or bytes, by message. A test compares the list with the proto
 * files, so that a new field cannot be forgotten here. The comment of each field to redact ends with "Never
 * log it." The option `debug_redact` would say the same, but protoc before 22, which Debian 12 and Ubuntu
 * 24.04 ship, rejects files that use it.
 */
export const contractFields: Readonly<Record<string, Readonly<Record<string, Treatment>>>> = {
  Approval: {
    issuer: "keep",
    subject: "keep",
    clientId: "keep",
    authenticationMethods: "keep",
    authenticationContext: "keep",
  },
  AuthorizeRequest: { ticketId: "keep" },
  AuthorizeResponse: { checkCode: "redact" },
  CancelRequest: { ticketId: "keep" },
  CreateTicketRequest: { scene: "keep", customData: "keep", codeChallenge: "keep", screenId: "keep" },
  CreateTicketResponse: { ticketId: "keep", ticketSecret: "redact", qrContent: "redact" },
  DescribeTicketRequest: { logId: "keep", ticketId: "keep" },
  DisableSignInsRequest: { appId: "keep", userPoolId: "keep", note: "keep" },
  DisabledSignIns: { appId: "keep", userPoolId: "keep", note: "keep", adminId: "keep" },
  EnableSignInsRequest: { appId: "keep", userPoolId: "keep" },
  ExchangeUserInfoRequest: { exchangeTicket: "redact", codeVerifier: "redact" },
  ExchangeUserInfoResponse: { userPoolId: "keep" },
  GetSigningKeysResponse: { issuer: "keep", jwks: "keep" },
  GetStatusRequest: { ticketId: "keep", ticketSecret: "redact" },
  MarkScannedRequest: { qrContent: "redact", ticketId: "keep" },
  MarkScannedResponse: { ticketId: "keep", customData: "keep" },
  QrCodeStep: { qrContent: "redact" },
  QrImage: { mediaType: "keep", data: "redact" },
  RequesterContext: { ipAddress: "keep", userAgent: "keep", deviceName: "keep", location: "keep" },
  RequestingApp: { name: "keep", logoUrl: "keep" },
  ScannedBy: { nickname: "keep", photoUrl: "keep" },
  SubmitCheckCodeRequest: {
    ticketId: "keep",
    ticketSecret: "redact",
    checkCode: "redact",
    ipAddress: "keep",
  },
  TicketDescription: { logId: "keep", appId: "keep", userPoolId: "keep" },
  TicketStatus: { ticketId: "keep", exchangeTicket: "redact" },
  TokenSet: { idToken: "redact", accessToken: "redact" },
  UserInfo: {
    userId: "keep",
    nickname: "keep",
    name: "keep",
    photoUrl: "keep",
    email: "keep",
    phone: "keep",
    claims: "keep",
  },
  WatchStatusRequest: { ticketId: "keep", ticketSecret: "redact" },
  WithdrawRequest: { ticketId: "keep", ticketSecret: "redact" },
};

/** Names of the fields to redact, of all messages. */
const secretFields: readonly string[] = [
  ...new Set(
    Object.values(contractFields).flatMap((message) =>
      Object.keys(message).filter((field) => message[field] === "redact"),
    ),
  ),
];

/** Paths for pino's `redact`: these names in an object, and one level deeper. */
export const redaction = [...secretFields, "authorization"].flatMap((name) => [name, `*.${name}`]);
