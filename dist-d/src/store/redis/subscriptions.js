export function createSubscriptions(connection) {
    return {
        async subscribe(channel) {
            // In lower case: the library looks for a command of this name when a Cluster has moved the channel.
            await connection.call(["ssubscribe", channel]);
        },
        async unsubscribe(channel) {
            await connection.call(["sunsubscribe", channel]);
        },
        onMessage: connection.onMessage,
        onMoved: connection.onMoved,
    };
}
