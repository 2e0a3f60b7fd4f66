/** A resource that can be closed, as every gRPC client can. */
interface Closable {
  close(): void;
}

/** A pool of gRPC clients that spreads streams over channels, each with a separate connection. */
export interface ChannelPool<Client> {
  /** Reserves a stream on the first channel with capacity. Opens another channel if none has any. */
  acquire(): ChannelLease<Client>;
  /** Closes all channels. */
  close(): void;
}

/** A reserved stream. */
export interface ChannelLease<Client> {
  readonly client: Client;
  /** Returns the stream to the pool. Call it once, when the stream has ended. */
  release(): void;
}

/**
 * Creates a pool that opens channels on demand. An HTTP/2 server limits the streams of a connection; gRPC makes
 * the calls above that limit wait until others have ended, and watches last for minutes.
 *
 * Channels are filled from the first one on, so the later ones become empty when there are fewer streams. An
 * empty channel stays open at little cost: gRPC closes its connection once it has been idle.
 *
 * @param open Creates a client with a separate channel. `isFirst` is true for the first one.
 */
export function createChannelPool<Client extends Closable>(
  maxStreams: number,
  open: (isFirst: boolean) => Client,
): ChannelPool<Client> {
  const channels: { readonly client: Client; streams: number }[] = [];

  return {
    acquire() {
      let channel = channels.find(({ streams }) => streams < maxStreams);
      if (!channel) {
        channel = { client: open(channels.length === 0), streams: 0 };
        channels.push(channel);
      }
      const leased = channel;
      leased.streams += 1;
      return {
        client: leased.client,
        release() {
          leased.streams -= 1;
        },
      };
    },
    close() {
      for (const { client } of channels) client.close();
    },
  };
}
