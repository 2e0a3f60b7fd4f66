/** Something that can be closed, as every gRPC client can. */
interface Closable {
  close(): void;
}

/** gRPC clients that share out streams among channels, each with a connection of its own. */
export interface ChannelPool<Client> {
  /** Takes a place for one stream on the first channel that has one, and opens another channel where none has. */
  acquire(): ChannelLease<Client>;
  close(): void;
}

/** A place for one stream. */
export interface ChannelLease<Client> {
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
