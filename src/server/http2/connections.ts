import { constants, type Http2Session } from "node:http2";
import type { Socket } from "node:net";
import { type DrainPace, drainGradually } from "../../base/drain_gradually.js";
import { addressKeyOf } from "../../base/ip_prefix.js";
import type { LimitEventLog } from "./limit_event_log.js";

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Time for the TLS handshake and the HTTP/2 preface, in sweeps. */
  readonly handshakeSweeps: number;
  /** Time for the peer of a closed session to close its end, in sweeps. */
  readonly closeSweeps: number;
}

/** The connections of a server, with their limits. */
export interface Connections {
  /** Number of connections that count against the limit. */
  readonly size: number;
  /** Counts a connection and returns true, or destroys it and returns false. */
  accept(socket: Socket): boolean;
  /** Assigns a session to its connection. Does nothing if the peer is already gone. */
  addSession(session: Http2Session): void;
  /**
   * Counts a call whose request is complete. Its connection is not evicted while the call runs. Returns the
   * connection, to be passed to `untrackCall`.
   */
  trackCall(session: Http2Session | undefined): RunningConnection | undefined;
  /** Stops counting a call. */
  untrackCall(connection: RunningConnection): void;
  /** Returns the number of calls in progress on the connection of a session. */
  runningCallsOf(session: Http2Session): number;
  /** Starts or stops reading from the connection of a session. */
  setReading(session: Http2Session, isReading: boolean): void;
  /** Destroys connections whose time is over. To be called at a regular interval. */
  sweep(): void;
  /**
   * Asks the peers to open their next connection elsewhere (GOAWAY), spread over the time of the pace. Calls go on.
   * Resolves once all were asked.
   */
  handOver(pace: DrainPace): Promise<void>;
  /** Ends the sessions that are still open, with their streams. */
  cancel(): void;
  /** Destroys every connection. */
  destroy(): void;
}

/** The connection of a call in progress. */
export interface RunningConnection {
  /** Number of calls in progress. */
  readonly runningCalls: number;
}

interface Connection extends RunningConnection {
  readonly socket: Socket;
  readonly groups: readonly ConnectionGroup[];
  session: Http2Session | undefined;
  /** Number of calls in progress. */
  runningCalls: number;
  /** True while the connection counts in its groups. */
  isCounted: boolean;
  /** The sweep after which the connection is destroyed. */
  destroyAfter: number;
}

/** Connections that are counted together: those of one network (see {@link addressKeyOf}), or all. */
interface ConnectionGroup {
  size: number;
  /** Connections that have not sent a complete request yet, oldest first. */
  readonly unproven: Set<Connection>;
  /** Connections without a call in progress, longest idle first. */
  readonly idle: Set<Connection>;
}

/**
 * Largest number of closing connections in addition to the counted ones: this number, or this share of the
 * limit, whichever is larger.
 */
const minClosing = 100;
const closingShare = 0.1;

/**
 * Creates the connections of a server, limited in total and for each address.
 *
 * At a limit, a new connection evicts one that has not sent a complete request, the oldest first, or else one
 * without a call in progress, the longest idle first. So silent peers cannot lock out a client that shares
 * their address. The new connection is rejected only if all others have calls in progress.
 */
export function createConnections(limits: ConnectionLimits, limitEvents: LimitEventLog): Connections {
  const all = createConnectionGroup();
  const groups = new Map<string, ConnectionGroup>();
  const bySocket = new Map<string, Connection>();
  const bySession = new Map<Http2Session, Connection>();
  /** Connections that wait for the peer's HTTP/2 preface, oldest first. */
  const handshaking = new Set<Connection>();
  /** Connections whose session is over, in the order in which they are destroyed. */
  const closing = new Set<Connection>();
  let sweeps = 0;

  function accept(socket: Socket): boolean {
    // The address is undefined if the peer is already gone.
    const address = socket.remoteAddress;
    const network = address === undefined ? undefined : addressKeyOf(address);
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
    for (const joined of connection.groups) {
      joined.size += 1;
      joined.unproven.add(connection);
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

  /** Makes room for one more connection. Returns whether there is room. */
  function makeRoom(group: ConnectionGroup, limit: number): boolean {
    if (group.size < limit) return true;
    const [unproven] = group.unproven;
    const [victim = unproven] = unproven ? [] : group.idle;
    if (!victim) return false;
    limitEvents.count("connectionsEvicted");
    leave(victim);
    if (victim === unproven) victim.socket.destroy();
    else {
      // GOAWAY tells the client to open another connection, so that its next call is not lost.
      victim.session?.close();
      destroySoon(victim);
    }
    return true;
  }

  /**
   * Destroys the connection soon unless the peer closes its end. Without a time limit, the peer could keep
   * the socket open for ever.
   */
  function destroySoon(connection: Connection): void {
    if (closing.has(connection)) return;
    connection.destroyAfter = sweeps + limits.closeSweeps;
    closing.add(connection);
    // Closing connections no longer count in their groups. Without this limit, their number would grow as
    // fast as new connections arrive.
    if (closing.size <= Math.max(minClosing, limits.connections * closingShare)) return;
    const [oldest] = closing;
    oldest?.socket.destroy();
  }

  /** Stops counting the connection. Its socket may still be open. */
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
    get size() {
      return all.size;
    },
    accept,
    addSession(session) {
      const connection = bySocket.get(connectionKeyOf(session.socket));
      if (!connection) return;
      connection.session = session;
      bySession.set(session, connection);
      session.once("remoteSettings", () => handshaking.delete(connection));
      // The server has closed its end. The session lasts until the peer has closed the other one.
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
    untrackCall(running) {
      const connection = running as Connection;
      if (--connection.runningCalls > 0 || !connection.isCounted) return;
      for (const group of connection.groups) group.idle.add(connection);
    },
    runningCallsOf: (session) => bySession.get(session)?.runningCalls ?? 0,
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
    handOver: (pace) => drainGradually(bySession.keys(), bySession.size, (session) => session.close(), pace),
    cancel() {
      for (const session of bySession.keys()) session.destroy(undefined, constants.NGHTTP2_CANCEL);
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
 * Starts or stops reading from a socket that an HTTP/2 session uses. `pause` has no effect on such a socket,
 * because the session (and TLS) reads from the socket's handle.
 */
function setSocketReading(socket: Socket, isReading: boolean): void {
  const { _handle: handle } = socket as unknown as {
    readonly _handle: Record<"readStart" | "readStop", () => void> | null;
  };
  if (isReading) handle?.readStart();
  else handle?.readStop();
}

/** Returns the key of a connection. A TLS socket and the TCP socket below it have the same key. */
function connectionKeyOf({
  remoteAddress,
  remotePort,
  localAddress,
  localPort,
}: Socket | Http2Session["socket"]): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
