import { isIP } from "node:net";
import {
  checkServerIdentity,
  type PeerCertificate,
  type ConnectionOptions as TlsConnectionOptions,
} from "node:tls";
import { Redis, type RedisOptions } from "ioredis";
import { splitAddress } from "../../../base/address.js";
import { NotSentError } from "./redis_errors.js";
import { createResponseTimeout } from "./response_timeout.js";

/** The name of a command and its arguments. */
export type CommandArguments = readonly (string | number)[];

/** Result of one command of a batch. */
export type Reply = { readonly value: unknown } | { readonly error: unknown };

/** Access to a server: credentials, database and encryption. Read for each connection, since it may change. */
export interface ConnectionOptions {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** TLS options; undefined for plain text. */
  readonly tls: TlsOptions | undefined;
  /** Reports whether plain text to a host is allowed. Sentinels and Clusters name hosts that are not configured. */
  allowsPlaintext(host: string): boolean;
}

/** PEM texts, and the name in the server's certificate; `serverName` defaults to the host. */
export interface TlsOptions {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
}

/**
 * A connection to one server, used until it breaks. It never reconnects, queues nothing while it is down, and sends
 * nothing twice.
 */
export interface Connection {
  /**
   * Sends a command. Rejects with a ReplyError of the client library if the server replies with an error, with
   * NotSentError if the connection had broken before, and with another error if it breaks.
   */
  call(args: CommandArguments): Promise<unknown>;
  /** Sends all commands at once. They run in order, perhaps with commands of others in between. Never rejects. */
  batch(commands: readonly CommandArguments[]): Promise<readonly Reply[]>;
  /**
   * Calls `onMessage` with the channel and the content of each message to a sharded channel that this connection
   * subscribes to.
   */
  onMessage(onMessage: (channel: string, content: string) => void): void;
  /** Calls `onMoved` when a Cluster has moved a subscribed channel to another server. */
  onMoved(onMoved: () => void): void;
  /** Calls `onEnd` once, when the connection has broken or was closed. */
  onEnd(onEnd: (cause: Error | undefined) => void): void;
  /** Breaks the connection. Commands in flight reject. */
  close(): void;
}

/**
 * Connects to `HOST:PORT` and authenticates.
 *
 * @param timeout Time limit for connecting, and for the silence of the server while a reply is due, in milliseconds.
 * @throws Error with the message of the network or of the server.
 */
export async function connect(
  address: string,
  options: ConnectionOptions,
  timeout: number,
): Promise<Connection> {
  const { host, port } = splitAddress(address);
  if (!options.tls && !options.allowsPlaintext(host)) {
    throw new Error(
      "it is not on loopback and TLS is off: set store.redis.tls, or store.redis.allowPlaintextOnNetwork",
    );
  }
  const redis = new Redis({ ...toRedisOptions(host, options, timeout), host, port });
  let cause: Error | undefined;
  redis.on("error", (error: Error) => {
    cause ??= error;
  });
  /** Disconnects at once, without waiting for the server: a paused one does not reply. */
  function disconnect(reason?: Error): void {
    cause ??= reason;
    redis.disconnect();
    redis.stream?.destroy();
  }
  const responseTimeout = createResponseTimeout(timeout, () =>
    disconnect(new Error(`no reply within ${timeout} ms`)),
  );

  // The library's time-out ends when the network connects; a paused server accepts and stays silent.
  const connected = responseTimeout.requestSent();
  try {
    await redis.connect();
    if (cause) throw cause;
  } catch (error) {
    disconnect();
    throw cause ?? error;
  } finally {
    connected();
  }
  const isOpen = () => redis.status === "ready" && redis.stream.writable;
  /** Number of commands in this turn of the event loop. */
  let commandsThisTurn = 0;
  /**
   * Holds back all commands of a turn but the first, so that these go out together: a system call for each
   * takes an eighth of the CPU. The first goes out at once.
   */
  function corkWrites(): void {
    commandsThisTurn += 1;
    const { stream } = redis;
    if (commandsThisTurn === 1) setImmediate(() => uncorkWrites(stream));
    if (commandsThisTurn === 2) stream.cork();
  }

  function uncorkWrites(stream: typeof redis.stream): void {
    if (commandsThisTurn > 1) stream.uncork();
    commandsThisTurn = 0;
  }

  return {
    async call([name, ...args]) {
      if (!isOpen()) throw new NotSentError();
      const answered = responseTimeout.requestSent();
      corkWrites();
      try {
        return await redis.call(String(name), ...args);
      } finally {
        answered();
      }
    },
    async batch(commands) {
      const answered = responseTimeout.requestSent();
      try {
        if (!isOpen()) throw new NotSentError();
        const replies = await redis.pipeline(commands.map((args) => ["call", ...args])).exec();
        // The type allows for an aborted pipeline, which does not occur here.
        return (replies ?? []).map(([error, value]) => (error ? { error } : { value }));
      } catch (error) {
        return commands.map(() => ({ error }));
      } finally {
        answered();
      }
    },
    onMessage: (onMessage) => void redis.on("smessage", onMessage),
    onMoved: (onMoved) => void redis.on("moved", onMoved),
    onEnd(onEnd) {
      if (redis.status === "end") onEnd(cause);
      else redis.once("end", () => onEnd(cause));
    },
    close: () => disconnect(),
  };
}

function toRedisOptions(
  host: string,
  { username, password, database, tls }: ConnectionOptions,
  timeout: number,
) {
  return {
    ...{ db: database, connectTimeout: timeout, connectionName: "qrlogin" },
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: toTlsOptions(host, tls) }),
    // Single use: no hidden reconnection, no command that waits for one, none that is sent again.
    ...{ lazyConnect: true, retryStrategy: null, enableOfflineQueue: false, enableReadyCheck: false },
    ...{ autoResubscribe: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null },
    disableClientInfo: true,
  } satisfies RedisOptions;
}

function toTlsOptions(host: string, { ca, cert, key, serverName = host }: TlsOptions): TlsConnectionOptions {
  return {
    // An IP address is no server name (RFC 6066, section 3), but the certificate has to name it.
    ...(isIP(serverName) === 0
      ? { servername: serverName }
      : {
          checkServerIdentity: (_host: string, peer: PeerCertificate) =>
            checkServerIdentity(serverName, peer),
        }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
