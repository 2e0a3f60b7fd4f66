/** A command as its words. */
export type Words = readonly (string | number)[];
/** What came of one command of a batch. */
export type Reply = {
    readonly value: unknown;
} | {
    readonly error: unknown;
};
/** How a server lets us in. */
export interface Login {
    readonly username: string | undefined;
    readonly password: string | undefined;
    readonly database: number;
    /** PEM texts; undefined for plain text. */
    readonly tls: TlsOptions | undefined;
    /** Whether a host may be talked to by plain text. Sentinels and Clusters name hosts that no configuration does. */
    mayBePlain(host: string): boolean;
}
/** PEM texts, and the name that the server's certificate must be for; the host's where it is absent. */
export interface TlsOptions {
    readonly ca: string | undefined;
    readonly cert: string | undefined;
    readonly key: string | undefined;
    readonly serverName: string | undefined;
}
/**
 * One connection to one server, used until it breaks and never mended: nothing is queued while it is down and nothing is sent
 * twice. Whoever needs another opens one.
 */
export interface Connection {
    /**
     * Rejects with a ReplyError of the client library if the server refuses, with NotSent if the connection had broken before, and
     * with another error if it breaks.
     */
    call(words: Words): Promise<unknown>;
    /** Sends all in one piece; they are carried out one after the other, others' commands maybe between them. Never rejects. */
    batch(commands: readonly Words[]): Promise<readonly Reply[]>;
    /** Calls `onMessage` with the channel of each message to a sharded channel that this connection has subscribed to. */
    onMessage(onMessage: (channel: string) => void): void;
    /** Calls `onMoved` when a Cluster has moved such a channel to another server. */
    onMoved(onMoved: () => void): void;
    /** Calls `onEnd` once, when the connection has broken or was closed. */
    onEnd(onEnd: (cause: Error | undefined) => void): void;
    /** Breaks the connection. What is in flight rejects. */
    close(): void;
}
/**
 * Connects to `HOST:PORT` and signs in.
 *
 * @param timeout How long connecting may take, and how long the server may be silent while something is asked, in milliseconds.
 * @throws Error with what the network or the server says.
 */
export declare function connect(address: string, login: Login, timeout: number): Promise<Connection>;
