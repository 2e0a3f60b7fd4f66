/** What the widget is told of the gateway. */
export interface GatewayPlace {
    /** Address of the gateway. The page's own origin by default. */
    readonly gateway?: string | undefined;
    /** The app that asks. The gateway's first one by default. */
    readonly appId?: string | undefined;
}
/** A code to show. */
export interface Code {
    /** Stands for the ticket in every further call. */
    readonly handle: string;
    readonly ticketId: string;
    /** The exact text to draw. */
    readonly qrContent: string;
    /** Address of the picture, SVG. */
    readonly url: string;
    readonly remainingMs: number;
    readonly minPollIntervalMs: number;
}
/** What a page may see of the person who scanned. */
export interface ScannedBy {
    readonly nickname: string;
    readonly photoUrl: string;
}
/** How far a ticket has come; see docs/gateway.md. */
export interface Status {
    readonly state: string;
    readonly revision: number;
    readonly remainingMs: number;
    readonly scannedBy: ScannedBy | null;
    /** Null unless AUTHORIZED, where the gateway completes the sign-in itself, and without a code challenge. */
    readonly exchangeTicket: string | null;
    readonly cancelReason: string | null;
}
/** What a page asks for. */
export interface Wish {
    readonly customData?: Readonly<Record<string, unknown>> | undefined;
    readonly deviceName?: string | undefined;
    /** The SHA-256 of a code verifier that the site's backend keeps for this browser, in base64url. */
    readonly codeChallenge?: string | undefined;
}
/** Who has signed in, as `tickets/exchange` answers it. */
export interface Exchanged {
    readonly user: Readonly<Record<string, unknown>> | null;
    readonly userPoolId: string;
    readonly approval: Readonly<Record<string, unknown>> | null;
    /** Null where the service signs no tokens. */
    readonly tokenSet: Readonly<Record<string, unknown>> | null;
}
/** A request that was refused, or did not reach the gateway. */
export declare class GatewayError extends Error {
    /** The gateway's, or one of the widget's own: see docs/widget.md. */
    readonly reason: string;
    /** How long it asks to wait, in milliseconds. */
    readonly retryAfterMs: number | undefined;
    constructor(reason: string, message: string, retryAfterMs?: number);
    /** Whether it may go well in a while. */
    get passes(): boolean;
}
export type Api = ReturnType<typeof createApi>;
/** The gateway's own API. Each call rejects with a GatewayError. */
export declare function createApi({ gateway, appId }: GatewayPlace): {
    create(wish: Wish): Promise<Code>;
    status: (handle: string) => Promise<Status>;
    /** Arrives also where the page is on its way out. */
    withdraw: (handle: string) => Promise<unknown>;
    /** Has the gateway end the sign-in; answers what the site's hook says. */
    complete: (handle: string) => Promise<unknown>;
    /** Where the app's switch `exchangeFromBrowser` is on: who has signed in. */
    exchange: (handle: string) => Promise<Exchanged>;
    events: (handle: string) => EventSource;
};
