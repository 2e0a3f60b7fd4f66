/** Something that can be closed, as every gRPC client can. */
interface Closable {
    close(): void;
}
/** gRPC clients that share out streams among channels, each with a connection of its own. */
export interface Channels<Client> {
    /** Takes a place for one stream on the first channel that has one, and opens another channel where none has. */
    take(): Place<Client>;
    close(): void;
}
/** A place for one stream. */
export interface Place<Client> {
    readonly client: Client;
    /** Gives the place back. To be called once, when the stream is over. */
    release(): void;
}
/**
 * Creates channels on demand. An HTTP/2 server limits the streams of a connection; gRPC lets the calls above that limit wait
 * until others are over, and the watches of others are not over for minutes.
 *
 * Channels are filled from the first one, so that the later ones become empty when there are fewer streams. An empty channel
 * stays and costs little: gRPC closes its connection once it has been idle.
 *
 * @param open Makes a client with a channel of its own. It is told whether it is the first one.
 */
export declare function createChannels<Client extends Closable>(maxStreams: number, open: (isFirst: boolean) => Client): Channels<Client>;
export {};
