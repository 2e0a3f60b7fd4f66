import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { type CallOptions, type ChannelCredentials, Client, type ClientOptions, type ClientReadableStream, type ClientUnaryCall, type handleServerStreamingCall, type handleUnaryCall, type Metadata, type ServiceError, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { Duration } from "../../google/protobuf/duration.js";
import { ContextSource, RequesterContext, TicketState, TicketStatus } from "./ticket.js";
/**
 * The format of a QR image. The service refuses one that it does not know with
 * INVALID_REQUEST.
 */
export declare const QrImageFormat: {
    /** UNSPECIFIED - Refused: choose a format. */
    readonly UNSPECIFIED: 0;
    /** SVG - Scalable, and the cheaper one to draw. `image/svg+xml`. */
    readonly SVG: 1;
    /** PNG - Pixels. `image/png`. */
    readonly PNG: 2;
    readonly UNRECOGNIZED: -1;
};
export type QrImageFormat = typeof QrImageFormat[keyof typeof QrImageFormat];
export declare namespace QrImageFormat {
    type UNSPECIFIED = typeof QrImageFormat.UNSPECIFIED;
    type SVG = typeof QrImageFormat.SVG;
    type PNG = typeof QrImageFormat.PNG;
    type UNRECOGNIZED = typeof QrImageFormat.UNRECOGNIZED;
}
export declare function qrImageFormatFromJSON(object: any): QrImageFormat;
export declare function qrImageFormatToJSON(object: QrImageFormat): string;
/**
 * The error correction level of ISO/IEC 18004. The service refuses one that it
 * does not know with INVALID_REQUEST.
 */
export declare const QrErrorCorrection: {
    /** UNSPECIFIED - Level M. */
    readonly UNSPECIFIED: 0;
    /** L - Recovers about 7 % of the code. */
    readonly L: 1;
    /** M - Recovers about 15 % of the code. */
    readonly M: 2;
    /** Q - Recovers about 25 % of the code. */
    readonly Q: 3;
    /** H - Recovers about 30 % of the code. */
    readonly H: 4;
    readonly UNRECOGNIZED: -1;
};
export type QrErrorCorrection = typeof QrErrorCorrection[keyof typeof QrErrorCorrection];
export declare namespace QrErrorCorrection {
    type UNSPECIFIED = typeof QrErrorCorrection.UNSPECIFIED;
    type L = typeof QrErrorCorrection.L;
    type M = typeof QrErrorCorrection.M;
    type Q = typeof QrErrorCorrection.Q;
    type H = typeof QrErrorCorrection.H;
    type UNRECOGNIZED = typeof QrErrorCorrection.UNRECOGNIZED;
}
export declare function qrErrorCorrectionFromJSON(object: any): QrErrorCorrection;
export declare function qrErrorCorrectionToJSON(object: QrErrorCorrection): string;
/** The request of CreateTicket. */
export interface CreateTicketRequest {
    /**
     * Optional. What the scan is for. 1 to 32 of A-Z, 0-9 and underscore, beginning
     * with a letter, else INVALID_REQUEST. `APP_AUTH` by default.
     */
    scene: string;
    /**
     * Optional. Data of the app's own, put into the QR content and shown to the
     * phone. At most 512 bytes (configurable) as drawn, else INVALID_REQUEST: more
     * would make the code hard to scan. It is drawn as JSON in ASCII, where any other
     * character counts 6 bytes (`\uXXXX`), one beyond the basic plane 12. It is public.
     */
    customData: {
        [key: string]: any;
    } | undefined;
    /**
     * Optional. How long the ticket should wait to be scanned and approved. A wish:
     * values outside the service's range, 30 to 600 seconds by default, are moved to
     * its nearest end. Zero, a negative value and one that is no valid Duration are
     * refused with INVALID_REQUEST. 120 seconds by default.
     */
    ttl: Duration | undefined;
    /**
     * Optional. What the approver is told about the screen that asks, and from whom
     * it comes.
     */
    requester: RequesterContext | undefined;
    /**
     * Optional. How to draw the QR content. No image is drawn by default: drawing
     * costs the service far more than the rest of the call.
     */
    qrImage: QrImageOptions | undefined;
    /**
     * Optional. The challenge of PKCE (RFC 7636) with the method S256: the SHA-256 of
     * a code verifier, 43 characters of base64url without padding, else
     * INVALID_REQUEST. ExchangeUserInfo then demands the verifier.
     */
    codeChallenge: string;
    /**
     * Optional. The source of custom_data. Stated by the app by default.
     * OBSERVED_BY_GATEWAY is refused with INVALID_REQUEST.
     */
    customDataSource: ContextSource;
}
/** How to draw a QR code. */
export interface QrImageOptions {
    /** Required. The format of the image, else INVALID_REQUEST. */
    format: QrImageFormat;
    /**
     * Optional. Width and height in pixels, 64 to 1024, else INVALID_REQUEST. A PNG
     * needs at least 3 pixels for each module, margins included, else
     * INVALID_REQUEST, which names the least size: a little blur makes a smaller one
     * unreadable. An SVG is drawn in any size, and must not be shown smaller than
     * that. By default 320, or the least size if that is more. Modules are drawn
     * in whole pixels and centred, so that the quiet zone may be wider than asked.
     */
    size: number;
    /**
     * Optional. The quiet zone around the code, in modules, 0 to 16, else
     * INVALID_REQUEST. ISO/IEC 18004 asks for 4, which is the default.
     */
    margin?: number | undefined;
    /** Optional. How much of the code may be dirty or covered. M by default. */
    errorCorrection: QrErrorCorrection;
}
/** The answer of CreateTicket. */
export interface CreateTicketResponse {
    /**
     * The public id of the ticket: 22 characters of base64url, 128 random bits. It
     * stands in the QR code; it identifies and proves nothing.
     */
    ticketId: string;
    /**
     * Proves that its holder created the ticket: 43 characters of base64url, 256
     * random bits. Told here and never again. Keep it on the server. Never log it.
     */
    ticketSecret: string;
    /**
     * The exact text to draw as a QR code: JSON with `scene`, `random` (the ticket
     * id), `userPoolId`, `createdAt`, `expireAt` and `customData`. Printable ASCII
     * only, other characters as `\uXXXX`: readers guess the encoding of anything else.
     * Never log it.
     */
    qrContent: string;
    /** The QR content drawn, if an image was asked for. */
    qrImage: QrImage | undefined;
    /** When the ticket expires unless it has been approved. */
    expireTime: Date | undefined;
    /** What is left until the expire time as the message is made. */
    remainingDuration: Duration | undefined;
    /** How long to wait between two calls of GetStatus, at least. */
    minPollInterval: Duration | undefined;
}
/** A drawn QR code. */
export interface QrImage {
    /** `image/svg+xml` or `image/png`. */
    mediaType: string;
    /** The image file. Never log it. */
    data: Buffer;
}
/** The request of GetStatus. */
export interface GetStatusRequest {
    /**
     * Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A
     * malformed one is TICKET_NOT_FOUND.
     */
    ticketId: string;
    /**
     * Required. The ticket secret that CreateTicket answered. At most 128
     * characters, else INVALID_REQUEST. A wrong one is TICKET_NOT_FOUND.
     * Never log it.
     */
    ticketSecret: string;
}
/** The answer of GetStatus. */
export interface GetStatusResponse {
    /** The status as it is now. */
    status: TicketStatus | undefined;
}
/** The request of WatchStatus. */
export interface WatchStatusRequest {
    /**
     * Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A
     * malformed one is TICKET_NOT_FOUND.
     */
    ticketId: string;
    /**
     * Required. The ticket secret that CreateTicket answered. At most 128
     * characters, else INVALID_REQUEST. A wrong one is TICKET_NOT_FOUND.
     * Never log it.
     */
    ticketSecret: string;
}
/** One message of WatchStatus. */
export interface WatchStatusResponse {
    /** The whole status as it is now. */
    status: TicketStatus | undefined;
}
/** The request of MarkScanned. */
export interface MarkScannedRequest {
    /** Required. What was scanned, in one of two forms, else INVALID_REQUEST. */
    scanned: //
    /**
     * The text in the QR code, unchanged. Text of more than 4,096 characters (code
     * points), text that is not one of this service's codes, and text whose `scene`
     * or `userPoolId` is not the ticket's is QR_CONTENT_INVALID, not
     * INVALID_REQUEST. Both `expireAt` and the older `expiresIn` are understood.
     * Never log it.
     */
    {
        $case: "qrContent";
        value: string;
    } | //
    /**
     * The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed one
     * is TICKET_NOT_FOUND.
     */
    {
        $case: "ticketId";
        value: string;
    } | undefined;
}
/**
 * The answer of MarkScanned: what the phone shows before it asks. Show this and
 * never what was read out of the QR code.
 */
export interface MarkScannedResponse {
    /** The ticket id, for Authorize and Cancel. */
    ticketId: string;
    /**
     * The state of the ticket: SCANNED, or AUTHORIZED if this approver has agreed
     * before.
     */
    state: TicketState;
    /** Counts the writes to the ticket, from 1. */
    revision: number;
    /** Who asks for the sign-in. */
    app: RequestingApp | undefined;
    /**
     * The screen that asks, each item with its source. The service has checked none
     * of it.
     */
    requester: RequesterContext | undefined;
    /**
     * The data given to CreateTicket, unchanged. Names and values are to be shown as
     * custom_data_source says.
     */
    customData: {
        [key: string]: any;
    } | undefined;
    /** When the ticket expires unless it is approved. */
    expireTime: Date | undefined;
    /** What is left until the expire time as the message is made. */
    remainingDuration: Duration | undefined;
    /** The source of custom_data. Unspecified if there is none. */
    customDataSource: ContextSource;
}
/** The app that asks for a sign-in, as the operator of the service describes it. */
export interface RequestingApp {
    /** The name to show. */
    name: string;
    /** The address of the logo, or empty. */
    logoUrl: string;
}
/** The request of Authorize. */
export interface AuthorizeRequest {
    /**
     * Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A
     * malformed one is TICKET_NOT_FOUND.
     */
    ticketId: string;
}
/** The answer of Authorize. */
export interface AuthorizeResponse {
    /** The new state: AUTHORIZED. */
    state: TicketState;
    /** Counts the writes to the ticket, from 1. */
    revision: number;
}
/** The request of Cancel. */
export interface CancelRequest {
    /**
     * Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A
     * malformed one is TICKET_NOT_FOUND.
     */
    ticketId: string;
}
/** The answer of Cancel. */
export interface CancelResponse {
    /** The new state: CANCELLED. */
    state: TicketState;
    /** Counts the writes to the ticket, from 1. */
    revision: number;
}
/** The request of Withdraw. */
export interface WithdrawRequest {
    /**
     * Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A
     * malformed one is TICKET_NOT_FOUND.
     */
    ticketId: string;
    /**
     * Required. The ticket secret that CreateTicket answered. At most 128
     * characters, else INVALID_REQUEST. A wrong one is TICKET_NOT_FOUND.
     * Never log it.
     */
    ticketSecret: string;
}
/** The answer of Withdraw. */
export interface WithdrawResponse {
    /** The new state: CANCELLED. */
    state: TicketState;
    /** Counts the writes to the ticket, from 1. */
    revision: number;
}
/** The request of ExchangeUserInfo. */
export interface ExchangeUserInfoRequest {
    /**
     * Required. The exchange ticket out of the status. At most 256 characters, else
     * INVALID_REQUEST. A malformed or wrong one is TICKET_NOT_FOUND. Never log it.
     */
    exchangeTicket: string;
    /**
     * Required if CreateTicket was given a code challenge, else not allowed
     * (PROOF_INVALID). The code verifier of PKCE (RFC 7636). At most 128 characters,
     * else INVALID_REQUEST. A wrong one is PROOF_INVALID and spends nothing.
     * Never log it.
     */
    codeVerifier: string;
}
/** The answer of ExchangeUserInfo: who has signed in. */
export interface ExchangeUserInfoResponse {
    /** The user information. */
    user: UserInfo | undefined;
    /** The user pool of the user. */
    userPoolId: string;
    /** When and by what the approval was made. */
    approval: Approval | undefined;
    /** Tokens about the user for the app, if the service is configured to sign any. */
    tokenSet: TokenSet | undefined;
}
/**
 * Tokens about the user who has signed in, signed by the service for the app
 * that exchanged. Verify them with the keys of GetSigningKeys. The service
 * never takes them for a user token: they approve nothing.
 */
export interface TokenSet {
    /**
     * An ID Token (OpenID Connect Core 1.0, section 2), signed as a JWT with ES256 or
     * RS256. Its `aud` is the app id, its `sub` the user id. Never log it.
     */
    idToken: string;
    /**
     * An access token (RFC 9068), signed with the same key: its `aud` and
     * `client_id` are the app id, its `sub` is the user id. Never log it.
     */
    accessToken: string;
    /** When both tokens expire. */
    expireTime: Date | undefined;
    /** What is left until the expire time as the message is made. */
    remainingDuration: Duration | undefined;
}
/** The request of GetSigningKeys. */
export interface GetSigningKeysRequest {
}
/** The answer of GetSigningKeys. */
export interface GetSigningKeysResponse {
    /** Claim `iss` of the tokens. Empty if the service signs none. */
    issuer: string;
    /** A JSON Web Key Set (RFC 7517) as JSON text. Each key has its `kid` and `alg`. */
    jwks: string;
}
/** A user, as the claims of the user pool's issuer describe them. */
export interface UserInfo {
    /**
     * The id of the user in the user pool, from the user token alone: its subject
     * unless the pool is configured otherwise.
     */
    userId: string;
    /** The nickname, or empty. */
    nickname: string;
    /** The full name, or empty. */
    name: string;
    /** The address of the photo, or empty. At most 4096 characters. */
    photoUrl: string;
    /** The mail address, or empty. */
    email: string;
    /**
     * Whether the issuer says that it has verified this mail address. Comes from the
     * same source as the address: the user token, or the UserInfo endpoint.
     */
    emailVerified: boolean;
    /** The phone number, or empty. */
    phone: string;
    /**
     * Whether the issuer says that it has verified this phone number. Comes from the
     * same source as the number.
     */
    phoneVerified: boolean;
    /**
     * Further claims of the user, those that the pool is configured to pass on. At
     * most 16 KiB as JSON and 16 levels deep; what is beyond is left out.
     */
    claims: {
        [key: string]: any;
    } | undefined;
}
/** When and by what an approval was made. */
export interface Approval {
    /** When the approver agreed, by the clock of the service. */
    approveTime: Date | undefined;
    /** The issuer of the user token (claim `iss`). */
    issuer: string;
    /** The subject of the user token (claim `sub`). */
    subject: string;
    /**
     * The mobile app that the user token was issued to (claim `azp` or `client_id`),
     * or empty.
     */
    clientId: string;
    /** When the user signed in to the mobile app (claim `auth_time`), if told. */
    authTime: Date | undefined;
    /** How the user signed in to the mobile app (claim `amr`, RFC 8176), if told. */
    authenticationMethods: string[];
    /** The assurance of that sign-in (claim `acr`), or empty. */
    authenticationContext: string;
}
export declare const CreateTicketRequest: MessageFns<CreateTicketRequest, "qrlogin.v1.CreateTicketRequest">;
export declare const QrImageOptions: MessageFns<QrImageOptions, "qrlogin.v1.QrImageOptions">;
export declare const CreateTicketResponse: MessageFns<CreateTicketResponse, "qrlogin.v1.CreateTicketResponse">;
export declare const QrImage: MessageFns<QrImage, "qrlogin.v1.QrImage">;
export declare const GetStatusRequest: MessageFns<GetStatusRequest, "qrlogin.v1.GetStatusRequest">;
export declare const GetStatusResponse: MessageFns<GetStatusResponse, "qrlogin.v1.GetStatusResponse">;
export declare const WatchStatusRequest: MessageFns<WatchStatusRequest, "qrlogin.v1.WatchStatusRequest">;
export declare const WatchStatusResponse: MessageFns<WatchStatusResponse, "qrlogin.v1.WatchStatusResponse">;
export declare const MarkScannedRequest: MessageFns<MarkScannedRequest, "qrlogin.v1.MarkScannedRequest">;
export declare const MarkScannedResponse: MessageFns<MarkScannedResponse, "qrlogin.v1.MarkScannedResponse">;
export declare const RequestingApp: MessageFns<RequestingApp, "qrlogin.v1.RequestingApp">;
export declare const AuthorizeRequest: MessageFns<AuthorizeRequest, "qrlogin.v1.AuthorizeRequest">;
export declare const AuthorizeResponse: MessageFns<AuthorizeResponse, "qrlogin.v1.AuthorizeResponse">;
export declare const CancelRequest: MessageFns<CancelRequest, "qrlogin.v1.CancelRequest">;
export declare const CancelResponse: MessageFns<CancelResponse, "qrlogin.v1.CancelResponse">;
export declare const WithdrawRequest: MessageFns<WithdrawRequest, "qrlogin.v1.WithdrawRequest">;
export declare const WithdrawResponse: MessageFns<WithdrawResponse, "qrlogin.v1.WithdrawResponse">;
export declare const ExchangeUserInfoRequest: MessageFns<ExchangeUserInfoRequest, "qrlogin.v1.ExchangeUserInfoRequest">;
export declare const ExchangeUserInfoResponse: MessageFns<ExchangeUserInfoResponse, "qrlogin.v1.ExchangeUserInfoResponse">;
export declare const TokenSet: MessageFns<TokenSet, "qrlogin.v1.TokenSet">;
export declare const GetSigningKeysRequest: MessageFns<GetSigningKeysRequest, "qrlogin.v1.GetSigningKeysRequest">;
export declare const GetSigningKeysResponse: MessageFns<GetSigningKeysResponse, "qrlogin.v1.GetSigningKeysResponse">;
export declare const UserInfo: MessageFns<UserInfo, "qrlogin.v1.UserInfo">;
export declare const Approval: MessageFns<Approval, "qrlogin.v1.Approval">;
/**
 * Signs a person in to a website by scanning a QR code with a mobile app in
 * which they are signed in already.
 *
 * A website's backend, the app, creates a ticket and draws its QR content. The
 * person scans it with the phone, sees who is asking, and agrees: the approver.
 * The app, which watches the status of the ticket, is told an exchange ticket
 * and spends it for the user information.
 *
 * Every method has one kind of caller, who is known by the credential in the
 * metadata key `authorization` and by nothing else:
 *
 *   - an app: `Basic base64(app_id:app_secret)` (RFC 7617)
 *   - an approver: `Bearer <token>` (RFC 6750), a JWT of the user pool's issuer
 *
 * Any method may answer UNAUTHENTICATED (APP_UNAUTHENTICATED,
 * USER_UNAUTHENTICATED, USER_TOKEN_EXPIRED), INVALID_ARGUMENT (INVALID_REQUEST),
 * UNAVAILABLE (STORE_UNAVAILABLE, SERVER_DRAINING, ISSUER_UNAVAILABLE) and
 * INTERNAL; what else it refuses stands in its own comment. See ErrorReason.
 * Messages are limited to 64 KiB, strings must be valid UTF-8. Their limits count
 * characters, by which Unicode code points are meant.
 */
export type QrLoginServiceService = typeof QrLoginServiceService;
export declare const QrLoginServiceService: {
    /**
     * Creates a ticket: one attempt to sign in on one screen. Called by an app.
     *
     * Not idempotent, and need not be: a retry makes a second ticket and the first
     * expires unseen. Refuses with TOO_MANY_TICKETS, and with RATE_LIMITED
     * when more QR images are asked for than can be drawn.
     */
    readonly createTicket: {
        readonly path: "/qrlogin.v1.QrLoginService/CreateTicket";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: CreateTicketRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => CreateTicketRequest;
        readonly responseSerialize: (value: CreateTicketResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => CreateTicketResponse;
    };
    /**
     * Gets the status of a ticket once, for callers that can only poll. Called by
     * the app that created the ticket, no more often than the minimum poll
     * interval. Refuses with TICKET_NOT_FOUND.
     */
    readonly getStatus: {
        readonly path: "/qrlogin.v1.QrLoginService/GetStatus";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: GetStatusRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => GetStatusRequest;
        readonly responseSerialize: (value: GetStatusResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => GetStatusResponse;
    };
    /**
     * Streams the status of a ticket. Called by the app that created it.
     *
     * What a caller may rely on:
     *
     *  1. The first message comes at once and is the current status.
     *  2. Every message is the whole status, never a difference.
     *  3. Revisions grow and may skip: the newest wins, and nothing is queued behind
     *     a slow reader. (A store that lost writes may go back; the stream then
     *     sends what is true now.)
     *  4. The same status is sent again at least every 15 seconds (configurable), so
     *     that proxies with idle time-outs keep the stream. While the store is
     *     away the last known status is repeated, and no EXPIRED is invented.
     *  5. After a terminal state the stream ends with OK. EXPIRED is a status, not an
     *     error. A ticket that is gone ends the stream with TICKET_NOT_FOUND.
     *  6. UNAVAILABLE means: call again after a back-off. Nothing is needed to
     *     resume. A new watch over the limit of watches of one ticket (4) ends the
     *     oldest one with WATCH_SUPERSEDED: after a cut, the one that comes back
     *     is the live one.
     *  7. Ending the call changes nothing.
     *
     * Refuses with TOO_MANY_WATCHES while the app, or all apps together, have as many
     * watches open as the service allows. Call again after the RetryInfo.
     */
    readonly watchStatus: {
        readonly path: "/qrlogin.v1.QrLoginService/WatchStatus";
        readonly requestStream: false;
        readonly responseStream: true;
        readonly requestSerialize: (value: WatchStatusRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => WatchStatusRequest;
        readonly responseSerialize: (value: WatchStatusResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => WatchStatusResponse;
    };
    /**
     * Marks the ticket as scanned, binds it to the approver, and tells the phone who
     * is asking. Called by an approver.
     *
     * Once more by the same approver changes nothing and answers the same. Scanning
     * does not lengthen the life of a ticket. Refuses with QR_CONTENT_INVALID,
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED and TICKET_EXPIRED.
     */
    readonly markScanned: {
        readonly path: "/qrlogin.v1.QrLoginService/MarkScanned";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: MarkScannedRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => MarkScannedRequest;
        readonly responseSerialize: (value: MarkScannedResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => MarkScannedResponse;
    };
    /**
     * Agrees to the sign-in. Called by the approver who scanned the code.
     *
     * Starts a second life of 300 seconds (configurable) for the exchange ticket.
     * Once more by the same approver changes nothing. Refuses with
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_NOT_SCANNED, TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED,
     * TICKET_EXPIRED and CONCURRENT_UPDATE.
     */
    readonly authorize: {
        readonly path: "/qrlogin.v1.QrLoginService/Authorize";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: AuthorizeRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => AuthorizeRequest;
        readonly responseSerialize: (value: AuthorizeResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => AuthorizeResponse;
    };
    /**
     * Declines the sign-in. Called by the approver who scanned the code.
     *
     * Once more by the same approver changes nothing. Refuses with
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_NOT_SCANNED, TICKET_ALREADY_AUTHORIZED, TICKET_ALREADY_EXCHANGED,
     * TICKET_CANCELLED (withdrawn by the creator), TICKET_EXPIRED and
     * CONCURRENT_UPDATE.
     */
    readonly cancel: {
        readonly path: "/qrlogin.v1.QrLoginService/Cancel";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: CancelRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => CancelRequest;
        readonly responseSerialize: (value: CancelResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => CancelResponse;
    };
    /**
     * Gives a ticket up, in any state before EXCHANGED. Called by the app that
     * created it: the person chose another way to sign in, or said "this is not me".
     *
     * Once more changes nothing. Refuses with TICKET_NOT_FOUND,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED (declined by the approver),
     * TICKET_EXPIRED and CONCURRENT_UPDATE.
     */
    readonly withdraw: {
        readonly path: "/qrlogin.v1.QrLoginService/Withdraw";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: WithdrawRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => WithdrawRequest;
        readonly responseSerialize: (value: WithdrawResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => WithdrawResponse;
    };
    /**
     * Spends the exchange ticket for the user information. Called by the app that
     * created the ticket.
     *
     * Answers tokens about the user too, where the service is configured to sign any.
     *
     * At most once: of any number of calls one is answered OK, and the user
     * information is dropped from the service with that answer. Do not
     * retry a call whose answer was lost; let the user scan again. Refuses with
     * TICKET_NOT_FOUND, PROOF_INVALID, TICKET_NOT_AUTHORIZED,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED, TICKET_EXPIRED,
     * CONCURRENT_UPDATE and OUTCOME_UNKNOWN.
     */
    readonly exchangeUserInfo: {
        readonly path: "/qrlogin.v1.QrLoginService/ExchangeUserInfo";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: ExchangeUserInfoRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => ExchangeUserInfoRequest;
        readonly responseSerialize: (value: ExchangeUserInfoResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => ExchangeUserInfoResponse;
    };
    /**
     * Gets the public keys that verify the tokens of ExchangeUserInfo. Called by any
     * app. Ask again when a token names a key that is not among them: keys are
     * rotated. Without a token issuer in the configuration there are none.
     */
    readonly getSigningKeys: {
        readonly path: "/qrlogin.v1.QrLoginService/GetSigningKeys";
        readonly requestStream: false;
        readonly responseStream: false;
        readonly requestSerialize: (value: GetSigningKeysRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => GetSigningKeysRequest;
        readonly responseSerialize: (value: GetSigningKeysResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => GetSigningKeysResponse;
    };
};
export interface QrLoginServiceServer extends UntypedServiceImplementation {
    /**
     * Creates a ticket: one attempt to sign in on one screen. Called by an app.
     *
     * Not idempotent, and need not be: a retry makes a second ticket and the first
     * expires unseen. Refuses with TOO_MANY_TICKETS, and with RATE_LIMITED
     * when more QR images are asked for than can be drawn.
     */
    createTicket: handleUnaryCall<CreateTicketRequest, CreateTicketResponse>;
    /**
     * Gets the status of a ticket once, for callers that can only poll. Called by
     * the app that created the ticket, no more often than the minimum poll
     * interval. Refuses with TICKET_NOT_FOUND.
     */
    getStatus: handleUnaryCall<GetStatusRequest, GetStatusResponse>;
    /**
     * Streams the status of a ticket. Called by the app that created it.
     *
     * What a caller may rely on:
     *
     *  1. The first message comes at once and is the current status.
     *  2. Every message is the whole status, never a difference.
     *  3. Revisions grow and may skip: the newest wins, and nothing is queued behind
     *     a slow reader. (A store that lost writes may go back; the stream then
     *     sends what is true now.)
     *  4. The same status is sent again at least every 15 seconds (configurable), so
     *     that proxies with idle time-outs keep the stream. While the store is
     *     away the last known status is repeated, and no EXPIRED is invented.
     *  5. After a terminal state the stream ends with OK. EXPIRED is a status, not an
     *     error. A ticket that is gone ends the stream with TICKET_NOT_FOUND.
     *  6. UNAVAILABLE means: call again after a back-off. Nothing is needed to
     *     resume. A new watch over the limit of watches of one ticket (4) ends the
     *     oldest one with WATCH_SUPERSEDED: after a cut, the one that comes back
     *     is the live one.
     *  7. Ending the call changes nothing.
     *
     * Refuses with TOO_MANY_WATCHES while the app, or all apps together, have as many
     * watches open as the service allows. Call again after the RetryInfo.
     */
    watchStatus: handleServerStreamingCall<WatchStatusRequest, WatchStatusResponse>;
    /**
     * Marks the ticket as scanned, binds it to the approver, and tells the phone who
     * is asking. Called by an approver.
     *
     * Once more by the same approver changes nothing and answers the same. Scanning
     * does not lengthen the life of a ticket. Refuses with QR_CONTENT_INVALID,
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED and TICKET_EXPIRED.
     */
    markScanned: handleUnaryCall<MarkScannedRequest, MarkScannedResponse>;
    /**
     * Agrees to the sign-in. Called by the approver who scanned the code.
     *
     * Starts a second life of 300 seconds (configurable) for the exchange ticket.
     * Once more by the same approver changes nothing. Refuses with
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_NOT_SCANNED, TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED,
     * TICKET_EXPIRED and CONCURRENT_UPDATE.
     */
    authorize: handleUnaryCall<AuthorizeRequest, AuthorizeResponse>;
    /**
     * Declines the sign-in. Called by the approver who scanned the code.
     *
     * Once more by the same approver changes nothing. Refuses with
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_NOT_SCANNED, TICKET_ALREADY_AUTHORIZED, TICKET_ALREADY_EXCHANGED,
     * TICKET_CANCELLED (withdrawn by the creator), TICKET_EXPIRED and
     * CONCURRENT_UPDATE.
     */
    cancel: handleUnaryCall<CancelRequest, CancelResponse>;
    /**
     * Gives a ticket up, in any state before EXCHANGED. Called by the app that
     * created it: the person chose another way to sign in, or said "this is not me".
     *
     * Once more changes nothing. Refuses with TICKET_NOT_FOUND,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED (declined by the approver),
     * TICKET_EXPIRED and CONCURRENT_UPDATE.
     */
    withdraw: handleUnaryCall<WithdrawRequest, WithdrawResponse>;
    /**
     * Spends the exchange ticket for the user information. Called by the app that
     * created the ticket.
     *
     * Answers tokens about the user too, where the service is configured to sign any.
     *
     * At most once: of any number of calls one is answered OK, and the user
     * information is dropped from the service with that answer. Do not
     * retry a call whose answer was lost; let the user scan again. Refuses with
     * TICKET_NOT_FOUND, PROOF_INVALID, TICKET_NOT_AUTHORIZED,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED, TICKET_EXPIRED,
     * CONCURRENT_UPDATE and OUTCOME_UNKNOWN.
     */
    exchangeUserInfo: handleUnaryCall<ExchangeUserInfoRequest, ExchangeUserInfoResponse>;
    /**
     * Gets the public keys that verify the tokens of ExchangeUserInfo. Called by any
     * app. Ask again when a token names a key that is not among them: keys are
     * rotated. Without a token issuer in the configuration there are none.
     */
    getSigningKeys: handleUnaryCall<GetSigningKeysRequest, GetSigningKeysResponse>;
}
export interface QrLoginServiceClient extends Client {
    /**
     * Creates a ticket: one attempt to sign in on one screen. Called by an app.
     *
     * Not idempotent, and need not be: a retry makes a second ticket and the first
     * expires unseen. Refuses with TOO_MANY_TICKETS, and with RATE_LIMITED
     * when more QR images are asked for than can be drawn.
     */
    createTicket(request: CreateTicketRequest, callback: (error: ServiceError | null, response: CreateTicketResponse) => void): ClientUnaryCall;
    createTicket(request: CreateTicketRequest, metadata: Metadata, callback: (error: ServiceError | null, response: CreateTicketResponse) => void): ClientUnaryCall;
    createTicket(request: CreateTicketRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: CreateTicketResponse) => void): ClientUnaryCall;
    /**
     * Gets the status of a ticket once, for callers that can only poll. Called by
     * the app that created the ticket, no more often than the minimum poll
     * interval. Refuses with TICKET_NOT_FOUND.
     */
    getStatus(request: GetStatusRequest, callback: (error: ServiceError | null, response: GetStatusResponse) => void): ClientUnaryCall;
    getStatus(request: GetStatusRequest, metadata: Metadata, callback: (error: ServiceError | null, response: GetStatusResponse) => void): ClientUnaryCall;
    getStatus(request: GetStatusRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: GetStatusResponse) => void): ClientUnaryCall;
    /**
     * Streams the status of a ticket. Called by the app that created it.
     *
     * What a caller may rely on:
     *
     *  1. The first message comes at once and is the current status.
     *  2. Every message is the whole status, never a difference.
     *  3. Revisions grow and may skip: the newest wins, and nothing is queued behind
     *     a slow reader. (A store that lost writes may go back; the stream then
     *     sends what is true now.)
     *  4. The same status is sent again at least every 15 seconds (configurable), so
     *     that proxies with idle time-outs keep the stream. While the store is
     *     away the last known status is repeated, and no EXPIRED is invented.
     *  5. After a terminal state the stream ends with OK. EXPIRED is a status, not an
     *     error. A ticket that is gone ends the stream with TICKET_NOT_FOUND.
     *  6. UNAVAILABLE means: call again after a back-off. Nothing is needed to
     *     resume. A new watch over the limit of watches of one ticket (4) ends the
     *     oldest one with WATCH_SUPERSEDED: after a cut, the one that comes back
     *     is the live one.
     *  7. Ending the call changes nothing.
     *
     * Refuses with TOO_MANY_WATCHES while the app, or all apps together, have as many
     * watches open as the service allows. Call again after the RetryInfo.
     */
    watchStatus(request: WatchStatusRequest, options?: Partial<CallOptions>): ClientReadableStream<WatchStatusResponse>;
    watchStatus(request: WatchStatusRequest, metadata?: Metadata, options?: Partial<CallOptions>): ClientReadableStream<WatchStatusResponse>;
    /**
     * Marks the ticket as scanned, binds it to the approver, and tells the phone who
     * is asking. Called by an approver.
     *
     * Once more by the same approver changes nothing and answers the same. Scanning
     * does not lengthen the life of a ticket. Refuses with QR_CONTENT_INVALID,
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED and TICKET_EXPIRED.
     */
    markScanned(request: MarkScannedRequest, callback: (error: ServiceError | null, response: MarkScannedResponse) => void): ClientUnaryCall;
    markScanned(request: MarkScannedRequest, metadata: Metadata, callback: (error: ServiceError | null, response: MarkScannedResponse) => void): ClientUnaryCall;
    markScanned(request: MarkScannedRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: MarkScannedResponse) => void): ClientUnaryCall;
    /**
     * Agrees to the sign-in. Called by the approver who scanned the code.
     *
     * Starts a second life of 300 seconds (configurable) for the exchange ticket.
     * Once more by the same approver changes nothing. Refuses with
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_NOT_SCANNED, TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED,
     * TICKET_EXPIRED and CONCURRENT_UPDATE.
     */
    authorize(request: AuthorizeRequest, callback: (error: ServiceError | null, response: AuthorizeResponse) => void): ClientUnaryCall;
    authorize(request: AuthorizeRequest, metadata: Metadata, callback: (error: ServiceError | null, response: AuthorizeResponse) => void): ClientUnaryCall;
    authorize(request: AuthorizeRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: AuthorizeResponse) => void): ClientUnaryCall;
    /**
     * Declines the sign-in. Called by the approver who scanned the code.
     *
     * Once more by the same approver changes nothing. Refuses with
     * TICKET_NOT_FOUND, USER_POOL_MISMATCH, SCANNED_BY_ANOTHER_USER,
     * TICKET_NOT_SCANNED, TICKET_ALREADY_AUTHORIZED, TICKET_ALREADY_EXCHANGED,
     * TICKET_CANCELLED (withdrawn by the creator), TICKET_EXPIRED and
     * CONCURRENT_UPDATE.
     */
    cancel(request: CancelRequest, callback: (error: ServiceError | null, response: CancelResponse) => void): ClientUnaryCall;
    cancel(request: CancelRequest, metadata: Metadata, callback: (error: ServiceError | null, response: CancelResponse) => void): ClientUnaryCall;
    cancel(request: CancelRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: CancelResponse) => void): ClientUnaryCall;
    /**
     * Gives a ticket up, in any state before EXCHANGED. Called by the app that
     * created it: the person chose another way to sign in, or said "this is not me".
     *
     * Once more changes nothing. Refuses with TICKET_NOT_FOUND,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED (declined by the approver),
     * TICKET_EXPIRED and CONCURRENT_UPDATE.
     */
    withdraw(request: WithdrawRequest, callback: (error: ServiceError | null, response: WithdrawResponse) => void): ClientUnaryCall;
    withdraw(request: WithdrawRequest, metadata: Metadata, callback: (error: ServiceError | null, response: WithdrawResponse) => void): ClientUnaryCall;
    withdraw(request: WithdrawRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: WithdrawResponse) => void): ClientUnaryCall;
    /**
     * Spends the exchange ticket for the user information. Called by the app that
     * created the ticket.
     *
     * Answers tokens about the user too, where the service is configured to sign any.
     *
     * At most once: of any number of calls one is answered OK, and the user
     * information is dropped from the service with that answer. Do not
     * retry a call whose answer was lost; let the user scan again. Refuses with
     * TICKET_NOT_FOUND, PROOF_INVALID, TICKET_NOT_AUTHORIZED,
     * TICKET_ALREADY_EXCHANGED, TICKET_CANCELLED, TICKET_EXPIRED,
     * CONCURRENT_UPDATE and OUTCOME_UNKNOWN.
     */
    exchangeUserInfo(request: ExchangeUserInfoRequest, callback: (error: ServiceError | null, response: ExchangeUserInfoResponse) => void): ClientUnaryCall;
    exchangeUserInfo(request: ExchangeUserInfoRequest, metadata: Metadata, callback: (error: ServiceError | null, response: ExchangeUserInfoResponse) => void): ClientUnaryCall;
    exchangeUserInfo(request: ExchangeUserInfoRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: ExchangeUserInfoResponse) => void): ClientUnaryCall;
    /**
     * Gets the public keys that verify the tokens of ExchangeUserInfo. Called by any
     * app. Ask again when a token names a key that is not among them: keys are
     * rotated. Without a token issuer in the configuration there are none.
     */
    getSigningKeys(request: GetSigningKeysRequest, callback: (error: ServiceError | null, response: GetSigningKeysResponse) => void): ClientUnaryCall;
    getSigningKeys(request: GetSigningKeysRequest, metadata: Metadata, callback: (error: ServiceError | null, response: GetSigningKeysResponse) => void): ClientUnaryCall;
    getSigningKeys(request: GetSigningKeysRequest, metadata: Metadata, options: Partial<CallOptions>, callback: (error: ServiceError | null, response: GetSigningKeysResponse) => void): ClientUnaryCall;
}
export declare const QrLoginServiceClient: {
    new (address: string, credentials: ChannelCredentials, options?: Partial<ClientOptions>): QrLoginServiceClient;
    service: typeof QrLoginServiceService;
    serviceName: string;
};
type Builtin = Date | Function | Uint8Array | string | number | boolean | undefined;
type DeepPartial<T> = T extends Builtin ? T : T extends globalThis.Array<infer U> ? globalThis.Array<DeepPartial<U>> : T extends ReadonlyArray<infer U> ? ReadonlyArray<DeepPartial<U>> : T extends {
    $case: string;
    value: unknown;
} ? {
    $case: T["$case"];
    value?: DeepPartial<T["value"]>;
} : T extends {} ? {
    [K in keyof T]?: DeepPartial<T[K]>;
} : Partial<T>;
interface MessageFns<T, V extends string> {
    readonly $type: V;
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
    fromJSON(object: any): T;
    toJSON(message: T): unknown;
    create(base?: DeepPartial<T>): T;
    fromPartial(object: DeepPartial<T>): T;
}
export {};
