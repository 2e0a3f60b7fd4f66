/**
 * Creates channels on demand. An HTTP/2 server limits the streams of a connection; gRPC lets the calls above that limit wait
 * until others are over, and the watches of others are not over for minutes.
 *
 * Channels are filled from the first one, so that the later ones become empty when there are fewer streams. An empty channel
 * stays and costs little: gRPC closes its connection once it has been idle.
 *
 * @param open Makes a client with a channel of its own. It is told whether it is the first one.
 */
export function createChannels(maxStreams, open) {
    const channels = [];
    return {
        take() {
            let channel = channels.find(({ streams }) => streams < maxStreams);
            if (!channel) {
                channel = { client: open(channels.length === 0), streams: 0 };
                channels.push(channel);
            }
            const taken = channel;
            taken.streams += 1;
            return {
                client: taken.client,
                release() {
                    taken.streams -= 1;
                },
            };
        },
        close() {
            for (const { client } of channels)
                client.close();
        },
    };
}
