import type { Http2Session } from "node:http2";
import type { Socket } from "node:net";
import type { LimitEventLog } from "./limit_event_log.js";
import { networkOf } from "./network.js";

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** In sweeps. */
  readonly handshakeSweeps: number;
  /** Time that the peer of a closed session has to close its end, in sweeps. */
  readonly closeSweeps: number;
}

/** The connections of a server. */
export interface Connections {
  /** Takes a connection into account, or destroys it and returns false. */
  accept(socket: Socket): boolean;
  /** Finds the connection of a session; undefined if its peer has gone. */
  addSession(session: Http2Session): void;
  /** Counts a call whose request is complete, which nobody may crowd out. Returns its connection, for `ended`. */
  trackCall(session: Http2Session | undefined): RunningConnection | undefined;
  /** Counts such a call no longer. */
  ended(connection: RunningConnection): void;
  /** Has the connection of a session read from its peer, or not. */
  setReading(session: Http2Session, isReading: boolean): void;
  /** Cuts connections that have had their time. To be called regularly. */
  sweep(): void;
  /** Cuts every connection. */
  destroy(): void;
}

/** The connection of a call that runs. */
export interface RunningConnection {
  /** Calls that run. */
  readonly runningCalls: number;
}

interface Connection extends RunningConnection {
  readonly socket: Socket;
  readonly groups: readonly ConnectionGroup[];
  session: Http2Session | undefined;
  /** Calls that run. */
  runningCalls: number;
  /** Whether the connection has a place in its rooms. */
  isCounted: boolean;
  /** The sweep after which the connection is cut. */
  destroyAfter: number;
}

/** Connections that are counted together: those of one address, or all. */
interface ConnectionGroup {
  size: number;
  /** Those without a complete request so far, oldest first. */
  readonly unproven: Set<Connection>;
  /** Those without a running call, longest idle first. */
  readonly idle: Set<Connection>;
}

/** Most connections that may be closing beside those that are counted: this number, or this share of the limit. */
const minClosing = 100;
const closingShare = 0.1;

/**
 * Bounds the connections of a server, in all and for each address.
 *
 * At a limit a newcomer takes the place of a connection that has proved nothing, the oldest first, or else of one that has no call
 * running. So silent peers cannot lock out a client that shares their address. Only where calls run on all is the newcomer refused.
 */
export function createConnections(limits: ConnectionLimits, limitEvents: LimitEventLog): Connections {
  const all = createConnectionGroup();
  const groups = new Map<string, ConnectionGroup>();
  const bySocket = new Map<string, Connection>();
  const bySession = new Map<Http2Session, Connection>();
  /** Those that wait for the peer's HTTP/2 preface, oldest first. */
  const handshaking = new Set<Connection>();
  /** Those whose session is over, in the order in which they are cut. */
  const closing = new Set<Connection>();
  let sweeps = 0;

  function accept(socket: Socket): boolean {
    // Undefined where the peer has gone already.
    const address = socket.remoteAddress;
    const network = address === undefined ? undefined : networkOf(address);
    const group = (network !== undefined && groups.get(network)) || createConnectionGroup();
    const hasRoom = makeRoom(group, limits.connectionsPerAddress) && makeRoom(all, limits.connections);
    if (network === undefined || !hasRoom) {
      if (network !== undefined) limitEvents.count("connectionsRefused");
      socket.destroy();
      return false;
    }
    groups.set(network, group);
    const destroyAfter = sweeps + limits.handshakeSweeps;
    const connection: Connection = {
      ...{ socket, groups: [group, all], session: undefined, runningCalls: 0, isCounted: true, destroyAfter },
    };
    for (const each of connection.groups) {
      each.size += 1;
      each.unproven.add(connection);
    }
    handshaking.add(connection);
    const key = connectionKeyOf(socket);
    bySocket.set(key, connection);
    socket.once("close", () => {
      bySocket.delete(key);
      handshaking.delete(connection);
      closing.delete(connection);
      leave(connection);
      if (group.size === 0 && groups.get(network) === group) groups.delete(network);
    });
    return true;
  }

  /** Returns whether there is room for one more. */
  function makeRoom(group: ConnectionGroup, limit: number): boolean {
    if (group.size < limit) return true;
    const [unproven] = group.unproven;
    const [victim = unproven] = unproven ? [] : group.idle;
    if (!victim) return false;
    limitEvents.count("connectionsEvicted");
    leave(victim);
    if (victim === unproven) victim.socket.destroy();
    else {
      // The client is told to open another connection, so that its next call is not lost.
      victim.session?.close();
      destroySoon(victim);
    }
    return true;
  }

  /** The peer has to close its end now. Without a bound it could keep the socket for ever. */
  function destroySoon(connection: Connection): void {
    if (closing.has(connection)) return;
    connection.destroyAfter = sweeps + limits.closeSweeps;
    closing.add(connection);
    // They have no place any more, and would add to the limit as fast as others take their places.
    if (closing.size <= Math.max(minClosing, limits.connections * closingShare)) return;
    const [oldest] = closing;
    oldest?.socket.destroy();
  }

  /** Frees the place of the connection, which may still be closing. */
  function leave(connection: Connection): void {
    if (!connection.isCounted) return;
    connection.isCounted = false;
    for (const group of connection.groups) {
      group.size -= 1;
      group.unproven.delete(connection);
      group.idle.delete(connection);
    }
  }

  return {
    accept,
    addSession(session) {
      const connection = bySocket.get(connectionKeyOf(session.socket));
      if (!connection) return;
      connection.session = session;
      bySession.set(session, connection);
      session.once("remoteSettings", () => handshaking.delete(connection));
      // Our end is closed. The session itself lasts until the peer has closed its own.
      session.socket.once("finish", () => destroySoon(connection));
      session.once("close", () => bySession.delete(session));
    },
    trackCall(session) {
      const connection = session && bySession.get(session);
      if (connection && ++connection.runningCalls === 1) {
        for (const group of connection.groups)
          if (!group.unproven.delete(connection)) group.idle.delete(connection);
      }
      return connection;
    },
    ended(running) {
      const connection = running as Connection;
      if (--connection.runningCalls > 0 || !connection.isCounted) return;
      for (const group of connection.groups) group.idle.add(connection);
    },
    setReading(session, isReading) {
      const socket = bySession.get(session)?.socket;
      if (socket && !socket.destroyed) setSocketReading(socket, isReading);
    },
    sweep() {
      sweeps += 1;
      for (const connection of handshaking) {
        if (connection.destroyAfter >= sweeps) break;
        limitEvents.count("handshakesTimedOut");
        connection.socket.destroy();
      }
      for (const { destroyAfter, socket } of closing) {
        if (destroyAfter >= sweeps) break;
        socket.destroy();
      }
    },
    destroy() {
      for (const { socket } of bySocket.values()) socket.destroy();
    },
  };
}

function createConnectionGroup(): ConnectionGroup {
  return { size: 0, unproven: new Set(), idle: new Set() };
}

/**
 * Starts or stops the reading of a socket that an HTTP/2 session reads from. `pause` does nothing to one: Node.js has the session, and TLS,
 * read from its handle.
 */
function setSocketReading(socket: Socket, isReading: boolean): void {
  const { _handle: handle } = socket as unknown as {
    readonly _handle: Record<"readStart" | "readStop", () => void> | null;
  };
  if (isReading) handle?.readStart();
  else handle?.readStop();
}

/** Names a connection. A TLS socket and the one below it have the same name. */
function connectionKeyOf({
  remoteAddress,
  remotePort,
  localAddress,
  localPort,
}: Socket | Http2Session["socket"]): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
