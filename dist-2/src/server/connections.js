import { networkOf } from "./network.js";
/** Most connections that may be closing beside those that are counted: this number, or this share of the limit. */
const minClosing = 100;
const closingShare = 0.1;
/**
 * Bounds the connections of a server, in all and for each address.
 *
 * At a limit a newcomer takes the place of a connection that has proved nothing, the oldest first, or else of one that has no call
 * running. So silent peers cannot lock out a client that shares their address. Only where calls run on all is the newcomer refused.
 */
export function createConnections(limits, floods) {
    const all = createRoom();
    const rooms = new Map();
    const bySocket = new Map();
    const bySession = new Map();
    /** Those that wait for the peer's HTTP/2 preface, oldest first. */
    const shaking = new Set();
    /** Those whose session is over, in the order in which they are cut. */
    const closing = new Set();
    let sweeps = 0;
    function admit(socket) {
        // Undefined where the peer has gone already.
        const address = socket.remoteAddress;
        const network = address === undefined ? undefined : networkOf(address);
        const room = (network !== undefined && rooms.get(network)) || createRoom();
        const fits = makeRoom(room, limits.connectionsPerAddress) && makeRoom(all, limits.connections);
        if (network === undefined || !fits) {
            if (network !== undefined)
                floods.count("connectionsRefused");
            socket.destroy();
            return false;
        }
        rooms.set(network, room);
        const cutAfter = sweeps + limits.handshakeSweeps;
        const connection = {
            ...{ socket, rooms: [room, all], session: undefined, running: 0, counted: true, cutAfter },
        };
        for (const each of connection.rooms) {
            each.size += 1;
            each.unproven.add(connection);
        }
        shaking.add(connection);
        const key = keyOf(socket);
        bySocket.set(key, connection);
        socket.once("close", () => {
            bySocket.delete(key);
            shaking.delete(connection);
            closing.delete(connection);
            leave(connection);
            if (room.size === 0 && rooms.get(network) === room)
                rooms.delete(network);
        });
        return true;
    }
    /** Returns whether there is room for one more. */
    function makeRoom(room, limit) {
        if (room.size < limit)
            return true;
        const [unproven] = room.unproven;
        const [victim = unproven] = unproven ? [] : room.idle;
        if (!victim)
            return false;
        floods.count("connectionsEvicted");
        leave(victim);
        if (victim === unproven)
            victim.socket.destroy();
        else {
            // The client is told to open another connection, so that its next call is not lost.
            victim.session?.close();
            cutSoon(victim);
        }
        return true;
    }
    /** The peer has to close its end now. Without a bound it could keep the socket for ever. */
    function cutSoon(connection) {
        if (closing.has(connection))
            return;
        connection.cutAfter = sweeps + limits.closeSweeps;
        closing.add(connection);
        // They have no place any more, and would add to the limit as fast as others take their places.
        if (closing.size <= Math.max(minClosing, limits.connections * closingShare))
            return;
        const [oldest] = closing;
        oldest?.socket.destroy();
    }
    /** Frees the place of the connection, which may still be closing. */
    function leave(connection) {
        if (!connection.counted)
            return;
        connection.counted = false;
        for (const room of connection.rooms) {
            room.size -= 1;
            room.unproven.delete(connection);
            room.idle.delete(connection);
        }
    }
    return {
        admit,
        opened(session) {
            const connection = bySocket.get(keyOf(session.socket));
            if (!connection)
                return;
            connection.session = session;
            bySession.set(session, connection);
            session.once("remoteSettings", () => shaking.delete(connection));
            // Our end is closed. The session itself lasts until the peer has closed its own.
            session.socket.once("finish", () => cutSoon(connection));
            session.once("close", () => bySession.delete(session));
        },
        runs(session) {
            const connection = session && bySession.get(session);
            if (connection && ++connection.running === 1) {
                for (const room of connection.rooms)
                    if (!room.unproven.delete(connection))
                        room.idle.delete(connection);
            }
            return connection;
        },
        ended(running) {
            const connection = running;
            if (--connection.running > 0 || !connection.counted)
                return;
            for (const room of connection.rooms)
                room.idle.add(connection);
        },
        setReading(session, isReading) {
            const socket = bySession.get(session)?.socket;
            if (socket && !socket.destroyed)
                setSocketReading(socket, isReading);
        },
        sweep() {
            sweeps += 1;
            for (const connection of shaking) {
                if (connection.cutAfter >= sweeps)
                    break;
                floods.count("handshakesTimedOut");
                connection.socket.destroy();
            }
            for (const { cutAfter, socket } of closing) {
                if (cutAfter >= sweeps)
                    break;
                socket.destroy();
            }
        },
        destroy() {
            for (const { socket } of bySocket.values())
                socket.destroy();
        },
    };
}
function createRoom() {
    return { size: 0, unproven: new Set(), idle: new Set() };
}
/**
 * Starts or stops the reading of a socket that an HTTP/2 session reads from. `pause` does nothing to one: Node.js has the session, and TLS,
 * read from its handle.
 */
function setSocketReading(socket, isReading) {
    const { _handle: handle } = socket;
    if (isReading)
        handle?.readStart();
    else
        handle?.readStop();
}
/** Names a connection. A TLS socket and the one below it have the same name. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort, }) {
    return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
