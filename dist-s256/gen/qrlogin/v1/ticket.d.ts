import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { Duration } from "../../google/protobuf/duration.js";
/**
 * How far a ticket has come.
 *
 * MarkScanned moves it from PENDING to SCANNED, Authorize to AUTHORIZED and
 * ExchangeUserInfo to EXCHANGED.
 *
 * From SCANNED the approver may also Cancel, from any state before EXCHANGED
 * the creator may Withdraw (both end in CANCELLED), and from any state before
 * EXCHANGED time may run out (EXPIRED). EXCHANGED, CANCELLED and EXPIRED are
 * terminal: nothing follows them.
 *
 * A client that meets a value it does not know must treat it as a state that
 * is not terminal: keep watching, and show what it showed before. The number 3
 * is left free for a step between SCANNED and AUTHORIZED.
 */
export declare const TicketState: {
    /** UNSPECIFIED - Never sent. */
    readonly UNSPECIFIED: 0;
    /** PENDING - The code is on the screen and nobody has scanned it. */
    readonly PENDING: 1;
    /**
     * SCANNED - A signed-in user has scanned the code and is looking at who is asking.
     * From now on the ticket is bound to this user.
     */
    readonly SCANNED: 2;
    /**
     * AUTHORIZED - The user has agreed. The exchange ticket may be spent until the expire
     * time, which was set anew at this moment.
     */
    readonly AUTHORIZED: 4;
    /** EXCHANGED - Terminal. The exchange ticket has been spent for the user information. */
    readonly EXCHANGED: 5;
    /** CANCELLED - Terminal. The approver declined or the creator withdrew; see CancelReason. */
    readonly CANCELLED: 6;
    /** EXPIRED - Terminal. The time ran out first. */
    readonly EXPIRED: 7;
    readonly UNRECOGNIZED: -1;
};
export type TicketState = typeof TicketState[keyof typeof TicketState];
export declare namespace TicketState {
    type UNSPECIFIED = typeof TicketState.UNSPECIFIED;
    type PENDING = typeof TicketState.PENDING;
    type SCANNED = typeof TicketState.SCANNED;
    type AUTHORIZED = typeof TicketState.AUTHORIZED;
    type EXCHANGED = typeof TicketState.EXCHANGED;
    type CANCELLED = typeof TicketState.CANCELLED;
    type EXPIRED = typeof TicketState.EXPIRED;
    type UNRECOGNIZED = typeof TicketState.UNRECOGNIZED;
}
export declare function ticketStateFromJSON(object: any): TicketState;
export declare function ticketStateToJSON(object: TicketState): string;
/**
 * Who ended a ticket that is CANCELLED.
 *
 * A client that meets a value it does not know must treat the ticket as
 * cancelled for a reason that it cannot name.
 */
export declare const CancelReason: {
    /** UNSPECIFIED - Sent in every state but CANCELLED. */
    readonly UNSPECIFIED: 0;
    /** CANCELLED_BY_APPROVER - The approver declined on the phone (Cancel). */
    readonly CANCELLED_BY_APPROVER: 1;
    /** WITHDRAWN_BY_CREATOR - The creator gave the ticket up (Withdraw). */
    readonly WITHDRAWN_BY_CREATOR: 2;
    readonly UNRECOGNIZED: -1;
};
export type CancelReason = typeof CancelReason[keyof typeof CancelReason];
export declare namespace CancelReason {
    type UNSPECIFIED = typeof CancelReason.UNSPECIFIED;
    type CANCELLED_BY_APPROVER = typeof CancelReason.CANCELLED_BY_APPROVER;
    type WITHDRAWN_BY_CREATOR = typeof CancelReason.WITHDRAWN_BY_CREATOR;
    type UNRECOGNIZED = typeof CancelReason.UNRECOGNIZED;
}
export declare function cancelReasonFromJSON(object: any): CancelReason;
export declare function cancelReasonToJSON(object: CancelReason): string;
/**
 * Where an item of what the approver is shown comes from.
 *
 * The label is set by the caller of CreateTicket, under the app's credential, and
 * is as good as that credential: the service does not check it. The gateway of
 * this project holds the credential and labels what it did not see itself as
 * claimed by the page.
 *
 * CreateTicket refuses a value that it does not know with INVALID_REQUEST. A
 * client that reads one it does not know must show the item as it shows
 * CONTEXT_SOURCE_CLAIMED_BY_PAGE.
 */
export declare const ContextSource: {
    /** UNSPECIFIED - In CreateTicket: stated by the app. In an answer: the item is absent. */
    readonly UNSPECIFIED: 0;
    /** STATED_BY_APP - The app's backend says so. Show it as the app's word. */
    readonly STATED_BY_APP: 1;
    /**
     * OBSERVED_BY_GATEWAY - The gateway has seen it on the connection, or a proxy that the operator trusts
     * has. For the network address alone.
     */
    readonly OBSERVED_BY_GATEWAY: 2;
    /**
     * CLAIMED_BY_PAGE - The page or the browser says so, and nobody has checked it: whoever opens the
     * page can write it. Show it apart from everything else, in quotation marks and
     * under a heading that says so.
     */
    readonly CLAIMED_BY_PAGE: 3;
    readonly UNRECOGNIZED: -1;
};
export type ContextSource = typeof ContextSource[keyof typeof ContextSource];
export declare namespace ContextSource {
    type UNSPECIFIED = typeof ContextSource.UNSPECIFIED;
    type STATED_BY_APP = typeof ContextSource.STATED_BY_APP;
    type OBSERVED_BY_GATEWAY = typeof ContextSource.OBSERVED_BY_GATEWAY;
    type CLAIMED_BY_PAGE = typeof ContextSource.CLAIMED_BY_PAGE;
    type UNRECOGNIZED = typeof ContextSource.UNRECOGNIZED;
}
export declare function contextSourceFromJSON(object: any): ContextSource;
export declare function contextSourceToJSON(object: ContextSource): string;
/** The status of a ticket, always whole: a reader never needs an earlier one. */
export interface TicketStatus {
    /** The public id of the ticket: 22 characters of base64url, 128 random bits. */
    ticketId: string;
    /** How far the ticket has come. */
    state: TicketState;
    /**
     * Counts the writes to the ticket, from 1. It grows with every change and
     * may skip.
     */
    revision: number;
    /**
     * When the present state runs out, by the clock of the service. In a terminal
     * state, when it would have run out.
     */
    expireTime: Date | undefined;
    /**
     * What is left until the expire time as the message is made. Count down from
     * this where the clocks of the two sides may differ. Zero in a terminal state.
     */
    remainingDuration: Duration | undefined;
    /** Who scanned the code. Set in SCANNED and AUTHORIZED. */
    scannedBy: ScannedBy | undefined;
    /**
     * The credential that ExchangeUserInfo honours once. Set in AUTHORIZED only,
     * else empty. Hand it to the website's backend and nobody else. Never log it.
     */
    exchangeTicket: string;
    /** Why the ticket is CANCELLED, else unspecified. */
    cancelReason: CancelReason;
}
/** What a screen may show of the person who scanned the code. */
export interface ScannedBy {
    /** The nickname, or empty if the user's identity provider names none. */
    nickname: string;
    /** The address of the photo, or empty. */
    photoUrl: string;
}
/**
 * Describes the screen that asks, for the approver to judge.
 *
 * The service checks none of it; each item has its source. Control characters,
 * bidirectional formatting characters and other characters that cannot be seen
 * (Unicode Default_Ignorable_Code_Point) are removed before it is stored. It is
 * dropped when the ticket ends.
 */
export interface RequesterContext {
    /**
     * Optional. The address of the browser, IPv4 or IPv6 in text form, at most 64
     * characters. Anything else is refused with INVALID_REQUEST. A zone (RFC 4007)
     * is removed.
     */
    ipAddress: string;
    /**
     * Optional. The browser's User-Agent header. At most 256 characters, else
     * INVALID_REQUEST.
     */
    userAgent: string;
    /**
     * Optional. A name for the device, such as "Chrome on Windows". At most 256
     * characters, else INVALID_REQUEST.
     */
    deviceName: string;
    /**
     * Optional. Where the browser seems to be, such as "Lisbon, Portugal". At
     * most 256 characters, else INVALID_REQUEST.
     */
    location: string;
    /** Optional. The source of ip_address. Stated by the app by default. */
    ipAddressSource: ContextSource;
    /**
     * Optional. The source of user_agent. Stated by the app by default.
     * OBSERVED_BY_GATEWAY is refused with INVALID_REQUEST: a browser writes this
     * header as it likes.
     */
    userAgentSource: ContextSource;
    /**
     * Optional. The source of device_name. Stated by the app by default.
     * OBSERVED_BY_GATEWAY is refused with INVALID_REQUEST.
     */
    deviceNameSource: ContextSource;
    /**
     * Optional. The source of location. Stated by the app by default.
     * OBSERVED_BY_GATEWAY is refused with INVALID_REQUEST.
     */
    locationSource: ContextSource;
}
export declare const TicketStatus: MessageFns<TicketStatus, "qrlogin.v1.TicketStatus">;
export declare const ScannedBy: MessageFns<ScannedBy, "qrlogin.v1.ScannedBy">;
export declare const RequesterContext: MessageFns<RequesterContext, "qrlogin.v1.RequesterContext">;
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
