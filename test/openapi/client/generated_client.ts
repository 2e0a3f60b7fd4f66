/**
 * qrlogin gateway
 * 0.1.0
 * DO NOT MODIFY - This file has been generated using oazapfts.
 * See https://www.npmjs.com/package/oazapfts
 */
import * as Oazapfts from "@oazapfts/runtime";
import * as QS from "@oazapfts/runtime/query";
export const defaults: Oazapfts.Defaults<Oazapfts.CustomHeaders> = {
    headers: {},
    baseUrl: "http://127.0.0.1:8080"
};
const oazapfts = Oazapfts.runtime(defaults);
export const servers = {
    developmentMode: "http://127.0.0.1:8080"
};
export type QrloginV1ContextSource = string;
export type QrloginV1RequesterContext = {
    /** Optional. The address of the browser, IPv4 or IPv6 in text form, at most 64
    characters. Anything else is rejected with INVALID_REQUEST. A zone (RFC 4007) is
    removed. */
    ipAddress?: string;
    /** Optional. The browser's User-Agent header. At most 256 characters, else
    INVALID_REQUEST. */
    userAgent?: string;
    /** Optional. A name for the device, such as "Chrome on Windows". At most 256
    characters, else INVALID_REQUEST. */
    deviceName?: string;
    /** Optional. The apparent location of the browser, such as "Lisbon, Portugal". At
    most 256 characters, else INVALID_REQUEST. */
    location?: string;
    /** Optional. The source of ip_address. Stated by the app by default. */
    ipAddressSource?: QrloginV1ContextSource;
    /** Optional. The source of user_agent. Stated by the app by default.
    OBSERVED_BY_GATEWAY is rejected with INVALID_REQUEST, because a browser can send
    anything in this header. */
    userAgentSource?: QrloginV1ContextSource;
    /** Optional. The source of device_name. Stated by the app by default.
    OBSERVED_BY_GATEWAY is rejected with INVALID_REQUEST. */
    deviceNameSource?: QrloginV1ContextSource;
    /** Optional. The source of location. Stated by the app by default.
    OBSERVED_BY_GATEWAY is rejected with INVALID_REQUEST. */
    locationSource?: QrloginV1ContextSource;
};
export type QrloginV1QrImageFormat = string;
export type QrloginV1QrErrorCorrection = string;
export type QrloginV1QrImageOptions = {
    /** Required. The format of the image, else INVALID_REQUEST. */
    format: QrloginV1QrImageFormat;
    /** Optional. Width and height in pixels, 64 to 1024, else INVALID_REQUEST. By default
    320, or the smallest possible size if that is larger.
    
    A PNG needs at least 3 pixels per module, margins included; a little blur makes a
    smaller one unreadable. A smaller size is rejected with INVALID_REQUEST, and the error
    gives the smallest size. An SVG is drawn in any size, but must not be shown smaller
    than that. Modules are drawn in whole pixels and centred, so the quiet zone may be
    wider than requested. */
    size?: number;
    /** Optional. The quiet zone around the code, in modules, 0 to 16, else
    INVALID_REQUEST. 4 by default, as ISO/IEC 18004 requires. */
    margin?: number;
    /** Optional. How much of the code may be damaged or covered. M by default. */
    errorCorrection?: QrloginV1QrErrorCorrection;
};
export type QrloginV1CreatorCapability = string;
export type QrloginV1CreateTicketRequest = {
    /** Optional. The purpose of the scan. 1 to 32 of A-Z, 0-9 and underscore, beginning
    with a letter, else INVALID_REQUEST. `APP_AUTH` by default. */
    scene?: string;
    /** Optional. Data of the app, put into the QR content and shown on the phone. It is
    public. At most 512 bytes (configurable) as drawn, else INVALID_REQUEST; more would
    make the code hard to scan. It is drawn as JSON in ASCII: any other character is
    escaped and counts 6 bytes, or 12 bytes outside the Basic Multilingual Plane. */
    customData?: {
        [key: string]: any;
    };
    /** Optional. The lifetime of the ticket until it is approved, 120 seconds by default.
    A value outside the service's range, 30 to 600 seconds by default, is moved to the
    nearest end of the range. Zero, a negative value and an invalid Duration are rejected
    with INVALID_REQUEST. If the code of the ticket changes, the lifetime is at most that
    of all its codes together. */
    ttl?: string;
    /** Optional. What the approver is shown about the requesting screen, each item with
    its source. */
    requester?: QrloginV1RequesterContext;
    /** Optional. How to draw the QR content. By default no image is drawn, because drawing
    costs the service far more than the rest of the call. If the code of the ticket
    changes, the image shows the first one only; draw the others yourself. */
    qrImage?: QrloginV1QrImageOptions;
    /** Optional. The PKCE code challenge (RFC 7636) with the method S256: the SHA-256 of a
    code verifier, 43 characters of base64url without padding, else INVALID_REQUEST.
    ExchangeUserInfo then requires the verifier. */
    codeChallenge?: string;
    /** Optional. The source of custom_data. Stated by the app by default.
    OBSERVED_BY_GATEWAY is rejected with INVALID_REQUEST. */
    customDataSource?: QrloginV1ContextSource;
    /** Optional. An opaque id of the requesting screen, such as a digest of a browser's
    cookie, by which its live tickets are counted. At most 64 characters, else
    INVALID_REQUEST. It is neither stored with the ticket nor shown. */
    screenId?: string;
    /** Optional. What the creator and its page can do. If the policy of the app needs a
    check code and CHECK_CODE is missing, the request is rejected with
    POLICY_NOT_SUPPORTED. If QR_CODE_STEPS is missing, the code of the ticket does not
    change, whatever the policy says. Unknown values are ignored. At most 16, else
    INVALID_REQUEST. */
    capabilities?: QrloginV1CreatorCapability[];
};
export type QrloginV1QrImage = {
    /** `image/svg+xml` or `image/png`. */
    mediaType?: string;
    /** The image file. Never log it. */
    data?: string;
};
export type QrloginV1QrCodeStep = {
    /** The number of the step, from 1. Grows within one revision. It is lower than before
    only if the clock of the store was set back; draw the code of that step then. */
    "number"?: number;
    /** The exact text to draw. Never log it. */
    qrContent?: string;
    /** The time left until the next step, measured when the message is made. Zero if this
    is the last one. */
    remainingDuration?: string;
};
export type QrloginV1CreateTicketResponse = {
    /** The public id of the ticket: 22 characters of base64url, 128 random bits. It is in
    the QR code. It identifies the ticket but is not a credential. */
    ticketId?: string;
    /** The creator's credential for the ticket: 43 characters of base64url, 256 random
    bits. Returned here and never again. Keep it on the server. Never log it. */
    ticketSecret?: string;
    /** The exact text to draw as a QR code: JSON with `scene`, `random` (the ticket id; if
    the code changes, also the step), `userPoolId`, `createdAt`, `expireAt` and
    `customData`. Printable ASCII only, with other characters escaped as in JSON (RFC
    8259), because readers guess the encoding of anything else. Never log it. */
    qrContent?: string;
    /** The QR content as an image, if one was requested. */
    qrImage?: QrloginV1QrImage;
    /** When the ticket expires unless it is approved. */
    expireTime?: string;
    /** The time left until the expire time, measured when the message is made. */
    remainingDuration?: string;
    /** The minimum time between two calls of GetStatus. */
    minPollInterval?: string;
    /** The first step, if the code of the ticket changes; see TicketStatus. Its qr_content
    is the one above. */
    qrCodeStep?: QrloginV1QrCodeStep;
};
export type ErrorReason = string;
export type FieldViolation = {
    field: string;
    description: string;
};
export type ConnectErrorDetail = {
    /** Name of the message type, such as `google.rpc.ErrorInfo`. */
    "type": string;
    /** The encoded message, for generated clients. */
    value: string;
    /** The message as JSON, for callers without generated code. */
    debug?: {
        /** ErrorInfo: the reason. */
        reason?: ErrorReason;
        /** ErrorInfo: `qrlogin.v1`, or `qrlogin.gateway`. */
        domain?: string;
        /** ErrorInfo: `current_state` has the state of the ticket, if the error depends on it. */
        metadata?: {
            [key: string]: string;
        };
        /** BadRequest: the invalid fields. */
        fieldViolations?: FieldViolation[];
        /** QuotaFailure: the exceeded limit. */
        violations?: {
            subject: string;
            description: string;
        }[];
        /** RetryInfo: the time after which to call again, such as `1s`. */
        retryDelay?: string;
        /** RequestInfo: the id of the request in the logs of the gateway and of the service. */
        requestId?: string;
    };
};
export type ConnectError = {
    code: "canceled" | "unknown" | "invalid_argument" | "deadline_exceeded" | "not_found" | "already_exists" | "permission_denied" | "resource_exhausted" | "failed_precondition" | "aborted" | "out_of_range" | "unimplemented" | "internal" | "unavailable" | "data_loss" | "unauthenticated";
    /** Explanation for people. It may change. */
    message?: string;
    details?: ConnectErrorDetail[];
};
export type QrloginV1GetStatusRequest = {
    /** Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed
    id is TICKET_NOT_FOUND. */
    ticketId: string;
    /** Required. The ticket secret that CreateTicket returned. At most 128 characters,
    else INVALID_REQUEST. A wrong secret is TICKET_NOT_FOUND. Never log it. */
    ticketSecret: string;
};
export type QrloginV1TicketState = string;
export type QrloginV1ScannedBy = {
    /** The nickname, or empty if the user's identity provider gives none. */
    nickname?: string;
    /** The URL of the photo, or empty. */
    photoUrl?: string;
};
export type QrloginV1CancelReason = string;
export type QrloginV1TicketStatus = {
    /** The public id of the ticket: 22 characters of base64url, 128 random bits. */
    ticketId?: string;
    /** The state of the ticket. */
    state?: QrloginV1TicketState;
    /** The number of writes to the ticket, from 1. Grows with every change and may
    skip values. */
    revision?: number;
    /** When the current state expires, by the clock of the service. In a terminal
    state, when it would have expired. */
    expireTime?: string;
    /** The time left until the expire time, measured when the message is made. Count
    down from this, because the clocks of the two sides may differ. Zero in a
    terminal state. */
    remainingDuration?: string;
    /** The user who scanned the code. Set in SCANNED, AWAITING_CHECK_CODE and AUTHORIZED. */
    scannedBy?: QrloginV1ScannedBy;
    /** The credential that ExchangeUserInfo accepts once. Set only in AUTHORIZED,
    empty otherwise. Pass it to the website's backend and nobody else. Never log it. */
    exchangeTicket?: string;
    /** Why the ticket is CANCELLED. Unspecified in other states. */
    cancelReason?: QrloginV1CancelReason;
    /** The number of digits of the check code that the website must ask for. Set only in
    AWAITING_CHECK_CODE, zero otherwise. */
    checkCodeDigits?: number;
    /** The number of attempts that are left for the check code. Set only in
    AWAITING_CHECK_CODE, zero otherwise. */
    checkCodeAttemptsLeft?: number;
    /** The code to draw now. Set only in PENDING, and only if the code of the ticket
    changes; otherwise draw the content that CreateTicket returned. */
    qrCodeStep?: QrloginV1QrCodeStep;
};
export type QrloginV1GetStatusResponse = {
    /** The current status. */
    status?: QrloginV1TicketStatus;
};
export type QrloginV1PhoneCapability = string;
export type QrloginV1MarkScannedRequest = {
    /** The text in the QR code, unchanged. These texts are QR_CONTENT_INVALID, not
    INVALID_REQUEST: more than 4,096 characters (code points), text that is not a code
    of this service, and text whose `scene`, `userPoolId` or step is not one of the
    ticket.
    Both `expireAt` and the older `expiresIn` are accepted. Never log it. */
    qrContent: string;
    /** Optional. What the mobile app can do. A ticket that needs more is rejected with
    PHONE_TOO_OLD. Unknown values are ignored. At most 16, else INVALID_REQUEST. */
    capabilities?: QrloginV1PhoneCapability[];
} | {
    /** The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed id is
    TICKET_NOT_FOUND. If the code of the ticket changes, the id is rejected with
    QR_ROTATED until the code has been scanned. */
    ticketId: string;
    /** Optional. What the mobile app can do. A ticket that needs more is rejected with
    PHONE_TOO_OLD. Unknown values are ignored. At most 16, else INVALID_REQUEST. */
    capabilities?: QrloginV1PhoneCapability[];
};
export type QrloginV1RequestingApp = {
    /** The name to show. */
    name?: string;
    /** The URL of the logo, or empty. */
    logoUrl?: string;
};
export type QrloginV1MarkScannedResponse = {
    /** The ticket id, for Authorize and Cancel. */
    ticketId?: string;
    /** The state of the ticket: SCANNED, or AWAITING_CHECK_CODE or AUTHORIZED if this
    approver has already approved. */
    state?: QrloginV1TicketState;
    /** The number of writes to the ticket, from 1. */
    revision?: number;
    /** The app that asks for the sign-in. */
    app?: QrloginV1RequestingApp;
    /** The requesting screen, each item with its source. The service has checked none of
    it. */
    requester?: QrloginV1RequesterContext;
    /** The custom data of CreateTicket, unchanged. Show names and values according to
    custom_data_source. */
    customData?: {
        [key: string]: any;
    };
    /** When the ticket expires unless it is approved. */
    expireTime?: string;
    /** The time left until the expire time, measured when the message is made. */
    remainingDuration?: string;
    /** The source of custom_data. Unspecified if there is none. */
    customDataSource?: QrloginV1ContextSource;
    /** The number of digits of the check code that the response of Authorize will contain,
    or zero if the ticket needs none. */
    checkCodeDigits?: number;
};
export type QrloginV1AuthorizeRequest = {
    /** Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed
    id is TICKET_NOT_FOUND. */
    ticketId: string;
};
export type QrloginV1AuthorizeResponse = {
    /** The new state: AUTHORIZED, or AWAITING_CHECK_CODE if the ticket needs a check code. */
    state?: QrloginV1TicketState;
    /** The number of writes to the ticket, from 1. */
    revision?: number;
    /** The check code to show on the phone, 4 to 6 decimal digits. Set only in
    AWAITING_CHECK_CODE. Never log it. */
    checkCode?: string;
    /** The time that is left to type the check code, 60 seconds or more by default. Set
    only in AWAITING_CHECK_CODE. */
    remainingDuration?: string;
};
export type QrloginV1CancelRequest = {
    /** Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed
    id is TICKET_NOT_FOUND. */
    ticketId: string;
};
export type QrloginV1CancelResponse = {
    /** The new state: CANCELLED. */
    state?: QrloginV1TicketState;
    /** The number of writes to the ticket, from 1. */
    revision?: number;
};
export type QrloginV1SubmitCheckCodeRequest = {
    /** Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed
    id is TICKET_NOT_FOUND. */
    ticketId: string;
    /** Required. The ticket secret that CreateTicket returned. At most 128 characters,
    else INVALID_REQUEST. A wrong secret is TICKET_NOT_FOUND. Never log it. */
    ticketSecret: string;
    /** Required. The check code as the user typed it: 4 to 6 ASCII digits, else
    INVALID_REQUEST, which does not count as an attempt. Never log it. */
    checkCode: string;
    /** Optional. The address of the browser, by which wrong codes are counted; see
    RequesterContext. Anything else than an IPv4 or IPv6 address is rejected with
    INVALID_REQUEST. By default, the address that CreateTicket stated. */
    ipAddress?: string;
};
export type QrloginV1SubmitCheckCodeResponse = {
    /** The new state: AUTHORIZED. */
    state?: QrloginV1TicketState;
    /** The number of writes to the ticket, from 1. */
    revision?: number;
};
export type QrloginV1WithdrawRequest = {
    /** Required. The ticket id. At most 64 characters, else INVALID_REQUEST. A malformed
    id is TICKET_NOT_FOUND. */
    ticketId: string;
    /** Required. The ticket secret that CreateTicket returned. At most 128 characters,
    else INVALID_REQUEST. A wrong secret is TICKET_NOT_FOUND. Never log it. */
    ticketSecret: string;
};
export type QrloginV1WithdrawResponse = {
    /** The new state: CANCELLED. */
    state?: QrloginV1TicketState;
    /** The number of writes to the ticket, from 1. */
    revision?: number;
};
export type QrloginV1ExchangeUserInfoRequest = {
    /** Required. The exchange ticket from the status. At most 256 characters, else
    INVALID_REQUEST. A malformed or wrong one is TICKET_NOT_FOUND. Never log it. */
    exchangeTicket: string;
    /** The PKCE code verifier (RFC 7636). Required if the ticket has a code challenge, and
    not allowed otherwise (PROOF_INVALID). At most 128 characters, else INVALID_REQUEST. A
    wrong verifier is PROOF_INVALID and does not spend the exchange ticket. Never log it. */
    codeVerifier?: string;
};
export type QrloginV1UserInfo = {
    /** The id of the user in the user pool, always from the user token: its subject, unless
    the pool is configured otherwise. */
    userId?: string;
    /** The nickname, or empty. */
    nickname?: string;
    /** The full name, or empty. */
    name?: string;
    /** The URL of the photo, or empty. At most 4096 characters. */
    photoUrl?: string;
    /** The e-mail address, or empty. */
    email?: string;
    /** Whether the issuer says that it has verified this e-mail address. Comes from the same
    source as the address: the user token or the UserInfo endpoint. */
    emailVerified?: boolean;
    /** The phone number, or empty. */
    phone?: string;
    /** Whether the issuer says that it has verified this phone number. Comes from the
    same source as the number. */
    phoneVerified?: boolean;
    /** Additional claims of the user that the pool is configured to pass on. At most 16 KiB
    as JSON and 16 levels deep; claims beyond that are dropped. */
    claims?: {
        [key: string]: any;
    };
};
export type QrloginV1Approval = {
    /** When the approver approved, by the clock of the service. */
    approveTime?: string;
    /** The issuer of the user token (claim `iss`). */
    issuer?: string;
    /** The subject of the user token (claim `sub`). */
    subject?: string;
    /** The OAuth client, usually the mobile app, that the user token was issued to (claim
    `azp` or `client_id`), or empty. */
    clientId?: string;
    /** When the user signed in to the mobile app (claim `auth_time`), if known. */
    authTime?: string;
    /** How the user signed in to the mobile app (claim `amr`, RFC 8176), if known. */
    authenticationMethods?: string[];
    /** The assurance level of that sign-in (claim `acr`), or empty. */
    authenticationContext?: string;
};
export type QrloginV1TokenSet = {
    /** An ID Token (OpenID Connect Core 1.0, section 2), signed as a JWT with ES256 or
    RS256. Its `aud` is the app id, its `sub` the user id. Never log it. */
    idToken?: string;
    /** An access token (RFC 9068), signed with the same key: its `aud` and
    `client_id` are the app id, its `sub` is the user id. Never log it. */
    accessToken?: string;
    /** When both tokens expire. */
    expireTime?: string;
    /** The time left until the expire time, measured when the message is made. */
    remainingDuration?: string;
};
export type QrloginV1ExchangeUserInfoResponse = {
    /** The user information. */
    user?: QrloginV1UserInfo;
    /** The user pool of the user. */
    userPoolId?: string;
    /** The approval: when, and with which user token. */
    approval?: QrloginV1Approval;
    /** Tokens about the user for the app, if the service is configured to sign them. */
    tokenSet?: QrloginV1TokenSet;
};
export type QrloginV1GetSigningKeysRequest = {};
export type QrloginV1GetSigningKeysResponse = {
    /** The claim `iss` of the tokens. Empty if the service signs none. */
    issuer?: string;
    /** A JSON Web Key Set (RFC 7517) as JSON text. Each key has its `kid` and `alg`. */
    jwks?: string;
};
export type CreateTicketBody = {
    /** App that signs users in. Defaults to the first app in the gateway's configuration. */
    appId?: string;
    /** Scene of the sign-in, `APP_AUTH` by default: A-Z, 0-9 and _, beginning with a letter. Needs `pageFields`. */
    scene?: string;
    /** At most 512 bytes as JSON in ASCII, unless the service is configured otherwise. Needs `pageFields`. */
    customData?: object;
    /** Requested life of the ticket. Values above `gateway.limits.ticketTtl` are reduced to it. */
    ttlMs?: number;
    /** Name of the device, which the phone shows as claimed by the page. Needs `pageFields`. */
    deviceName?: string;
    /** Location of the device, which the phone shows as claimed by the page. Needs `pageFields`. */
    location?: string;
    /** SHA-256 of the code verifier that the site's backend keeps for this browser (PKCE, S256), in base64url. */
    codeChallenge?: string;
};
export type QrCodeStep = {
    /** Number of the step, from 1. It grows within one revision. */
    step: number;
    /** Exact text that the QR code encodes. */
    qrContent: string;
    /** Paths of the images of the QR code. */
    pictures: {
        svg: string;
        png: string;
    };
    /** Time left until the next step replaces this one, or null if this is the last one. */
    remainingMs: number | null;
};
export type CreateTicketResponse = {
    /** Sealed identifier of the ticket, sent with every further call. */
    handle: string;
    /** Public id of the ticket, which the QR code contains. Not a credential. */
    ticketId: string;
    /** App of the ticket, to show above the code. */
    app: {
        name: string | null;
        logo: string | null;
    };
    /** Exact text that the QR code encodes. */
    qrContent: string;
    /** Paths of the images of the QR code. */
    pictures: {
        svg: string;
        png: string;
    };
    /** Time at which the ticket expires unless it is approved, by the clock of the service. */
    expiresAt: string;
    /** Time left until then. Count down from it, because clocks differ. */
    remainingMs: number;
    /** Least time between two calls of `GET /tickets/status`. */
    minPollIntervalMs: number;
    /** First step, if the code of the ticket changes. Has the content and the pictures above. */
    qrCode: QrCodeStep | null;
};
export type Problem = {
    /** Name of the HTTP status, if it has one. */
    title?: string;
    status: number;
    /** Explanation for people. Contains no secret. */
    detail: string;
    reason: ErrorReason;
    /** State of the ticket, if the error depends on it. */
    currentState?: string;
    /** Number of attempts that are left, with the reason CHECK_CODE_MISMATCH. */
    attemptsLeft?: number;
    fieldViolations?: FieldViolation[];
    /** Time after which to call again. Absent if waiting does not help. */
    retryAfterMs?: number;
    /** Name of the exceeded limit, such as `requester_address`, for RATE_LIMITED. */
    limit?: string;
    /** Id of the request, under which the operator finds it in the log. The header `x-request-id` has it too. */
    requestId?: string;
};
export type ScannedBy = {
    nickname: string;
    photoUrl: string;
};
export type CheckCodeRequest = {
    /** Number of digits, 4 to 6. */
    digits: number;
    /** Number of attempts that are left. After the last wrong code, the ticket is CANCELLED. */
    attemptsLeft: number;
};
export type StatusResponse = {
    ticketId: string;
    /** Name of the state, such as `SCANNED`. An unknown name must be treated as a state that is not terminal. */
    state: string;
    /** Number of writes to the ticket, from 1. */
    revision: number;
    /** Time at which the current state expires, by the clock of the service. */
    expiresAt: string | null;
    /** Time left until then. Count down from it, because clocks differ. */
    remainingMs: number;
    /** User who scanned the code, in the states SCANNED, AWAITING_CHECK_CODE and AUTHORIZED. */
    scannedBy: ScannedBy | null;
    /** Exchange ticket in the state AUTHORIZED, else null. Always null if the gateway completes the sign-in itself, or if the app requires a code challenge that the ticket lacks. */
    exchangeTicket: string | null;
    /** Name of the side that ended a ticket in the state CANCELLED, or of what did. */
    cancelReason: string | null;
    /** Check code to ask for in the state AWAITING_CHECK_CODE, else null. */
    checkCode: CheckCodeRequest | null;
    /** Code to show now in the state PENDING, if the code of the ticket changes, else null. */
    qrCode: QrCodeStep | null;
};
export type CheckCodeBody = {
    /** Handle of the ticket, from `POST /tickets`. */
    handle: string;
    /** Digits that the user has typed, as the phone shows them. */
    checkCode: string;
};
export type CheckCodeResponse = {
    state: "AUTHORIZED";
    revision: number;
};
export type HandleBody = {
    /** Handle of the ticket, from `POST /tickets`. */
    handle: string;
};
export type WithdrawResponse = {
    state: "CANCELLED";
    revision: number;
};
export type ExchangeBody = {
    /** Exchange ticket from the status. It can be spent once. */
    exchangeTicket: string;
    /** Code verifier of the ticket's code challenge (PKCE). Required if the ticket has a challenge. */
    codeVerifier?: string;
};
export type TokenSet = {
    idToken: string;
    accessToken: string;
    tokenType: "Bearer";
    expiresAt: string | null;
    expiresInMs: number;
};
export type ExchangeResponse = {
    user: QrloginV1UserInfo | null;
    userPoolId: string;
    approval: QrloginV1Approval | null;
    /** Tokens, or null if the service signs none. */
    tokenSet: TokenSet | null;
};
/**
 * Creates a ticket: one attempt to sign in on one screen
 */
export function qrLoginServiceCreateTicket(qrloginV1CreateTicketRequest: QrloginV1CreateTicketRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1CreateTicketResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/CreateTicket", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1CreateTicketRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Returns the status of a ticket once, for callers that can only poll
 */
export function qrLoginServiceGetStatus(qrloginV1GetStatusRequest: QrloginV1GetStatusRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1GetStatusResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/GetStatus", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1GetStatusRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Marks the ticket as scanned, binds it to the approver, and returns who is asking
 */
export function qrLoginServiceMarkScanned(qrloginV1MarkScannedRequest: QrloginV1MarkScannedRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1MarkScannedResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/MarkScanned", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1MarkScannedRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Approves the sign-in
 */
export function qrLoginServiceAuthorize(qrloginV1AuthorizeRequest: QrloginV1AuthorizeRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1AuthorizeResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/Authorize", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1AuthorizeRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Declines the sign-in
 */
export function qrLoginServiceCancel(qrloginV1CancelRequest: QrloginV1CancelRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1CancelResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/Cancel", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1CancelRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Completes an approval with the check code that the phone shows and the user has typed on the website
 */
export function qrLoginServiceSubmitCheckCode(qrloginV1SubmitCheckCodeRequest: QrloginV1SubmitCheckCodeRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1SubmitCheckCodeResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/SubmitCheckCode", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1SubmitCheckCodeRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Withdraws a ticket, in any state before EXCHANGED
 */
export function qrLoginServiceWithdraw(qrloginV1WithdrawRequest: QrloginV1WithdrawRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1WithdrawResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/Withdraw", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1WithdrawRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Spends the exchange ticket for the user information
 */
export function qrLoginServiceExchangeUserInfo(qrloginV1ExchangeUserInfoRequest: QrloginV1ExchangeUserInfoRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1ExchangeUserInfoResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 404;
        data: ConnectError;
    } | {
        status: 409;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/ExchangeUserInfo", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1ExchangeUserInfoRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Returns the public keys that verify the tokens of ExchangeUserInfo
 */
export function qrLoginServiceGetSigningKeys(qrloginV1GetSigningKeysRequest: QrloginV1GetSigningKeysRequest, { connectProtocolVersion, connectTimeoutMs }: {
    connectProtocolVersion?: "1";
    connectTimeoutMs?: number;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: QrloginV1GetSigningKeysResponse;
    } | {
        status: 400;
        data: ConnectError;
    } | {
        status: 401;
        data: ConnectError;
    } | {
        status: 403;
        data: ConnectError;
    } | {
        status: 415;
        data: ConnectError;
    } | {
        status: 429;
        data: ConnectError;
    } | {
        status: 500;
        data: ConnectError;
    } | {
        status: 503;
        data: ConnectError;
    } | {
        status: 504;
        data: ConnectError;
    }>("/qrlogin.v1.QrLoginService/GetSigningKeys", oazapfts.json({
        ...opts,
        method: "POST",
        body: qrloginV1GetSigningKeysRequest,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Connect-Protocol-Version": connectProtocolVersion,
            "Connect-Timeout-Ms": connectTimeoutMs
        })
    }));
}
/**
 * Creates a ticket and returns its handle
 */
export function createTicket(createTicketBody?: CreateTicketBody, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: CreateTicketResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/qrlogin/v1/tickets", oazapfts.json({
        ...opts,
        method: "POST",
        body: createTicketBody
    }));
}
/**
 * Returns the status of a ticket once
 */
export function getStatus(qrloginHandle: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: StatusResponse;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/qrlogin/v1/tickets/status", {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "qrlogin-handle": qrloginHandle
        })
    });
}
/**
 * Streams the status of a ticket as server-sent events
 */
export function watchStatus({ qrloginHandle, handle }: {
    qrloginHandle?: string;
    handle?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 204;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/qrlogin/v1/tickets/events${QS.query(QS.explode({
        handle
    }))}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "qrlogin-handle": qrloginHandle
        })
    });
}
/**
 * Submits the check code that the phone shows
 */
export function submitCheckCode(checkCodeBody: CheckCodeBody, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: CheckCodeResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/qrlogin/v1/tickets/check-code", oazapfts.json({
        ...opts,
        method: "POST",
        body: checkCodeBody
    }));
}
/**
 * Withdraws a ticket
 */
export function withdrawTicket(handleBody: HandleBody, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: WithdrawResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/qrlogin/v1/tickets/withdraw", oazapfts.json({
        ...opts,
        method: "POST",
        body: handleBody
    }));
}
/**
 * Completes a sign-in at a gateway that is part of the site's backend
 */
export function completeSignIn(handleBody: HandleBody, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: any;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/qrlogin/v1/tickets/complete", oazapfts.json({
        ...opts,
        method: "POST",
        body: handleBody
    }));
}
/**
 * Spends the exchange ticket for the user information
 */
export function exchangeTicket(body: ExchangeBody | HandleBody, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: ExchangeResponse;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/qrlogin/v1/tickets/exchange", oazapfts.json({
        ...opts,
        method: "POST",
        body
    }));
}
/**
 * Reports whether pages of the calling origin may use an app
 */
export function checkOrigin({ appId }: {
    appId?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 204;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    }>(`/qrlogin/v1/origin${QS.query(QS.explode({
        appId
    }))}`, {
        ...opts
    });
}
/**
 * Returns the QR code as SVG
 */
export function getSvg(name: string, { size, margin, errorCorrection }: {
    size?: number;
    margin?: number;
    errorCorrection?: "L" | "M" | "Q" | "H";
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: any;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    }>(`/qrlogin/v1/pictures/${encodeURIComponent(name)}.svg${QS.query(QS.explode({
        size,
        margin,
        errorCorrection
    }))}`, {
        ...opts
    });
}
/**
 * Returns the QR code as PNG
 */
export function getPng(name: string, { size, margin, errorCorrection }: {
    size?: number;
    margin?: number;
    errorCorrection?: "L" | "M" | "Q" | "H";
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: any;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    }>(`/qrlogin/v1/pictures/${encodeURIComponent(name)}.png${QS.query(QS.explode({
        size,
        margin,
        errorCorrection
    }))}`, {
        ...opts
    });
}
/**
 * Returns the widget's script
 */
export function getWidget(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: string;
    } | {
        status: 304;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    }>("/qrlogin/v1/widget.js", {
        ...opts
    });
}
/**
 * Returns the widget's texts in Chinese
 */
export function getChineseTexts({ v }: {
    v?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: object;
    } | {
        status: 304;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    }>(`/qrlogin/v1/languages/zh.json${QS.query(QS.explode({
        v
    }))}`, {
        ...opts
    });
}
/**
 * Returns the public keys that verify the tokens of an exchange
 */
export function getSigningKeys(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: {
            keys: object[];
        };
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 502;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/.well-known/jwks.json", {
        ...opts
    });
}
/**
 * Reports that the gateway runs
 */
export function getLiveness(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: {
            status: "ok";
        };
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    }>("/livez", {
        ...opts
    });
}
/**
 * Reports that the gateway runs
 */
export function getHealth(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: {
            status: "ok";
        };
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    }>("/healthz", {
        ...opts
    });
}
/**
 * Reports whether the gateway should get requests
 */
export function getReadiness({ exclude }: {
    exclude?: "service";
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: {
            status: "ready";
            service: "unknown" | "reachable" | "unreachable";
        };
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 500;
        data: Problem;
    } | {
        status: 503;
        data: {
            status: "starting" | "unready" | "stopping";
            service: "unknown" | "reachable" | "unreachable";
        };
    }>(`/readyz${QS.query(QS.explode({
        exclude
    }))}`, {
        ...opts
    });
}
