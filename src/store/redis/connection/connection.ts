import { isIP } from "node:net";
import { Redis, type RedisOptions } from "ioredis";
import { splitAddress } from "../../../base/address.js";
import { NotSentError } from "./redis_errors.js";
import { createResponseTimeout } from "./response_timeout.js";

/** A command as its words. */
export type CommandArguments = readonly (string | number)[];

/** What came of one command of a batch. */
export type Reply = { readonly value: unknown } | { readonly error: unknown };

/** How a server lets us in. */
export interface ConnectionOptions {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** PEM texts; undefined for plain text. */
  readonly tls: TlsOptions | undefined;
  /** Whether a host may be talked to by plain text. Sentinels and Clusters name hosts that no configuration does. */
  allowsPlaintext(host: string): boolean;
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
   * Rejects with a ReplyError of the client library if the server refuses, with NotSentError if the connection had broken before, and
   * with another error if it breaks.
   */
  call(words: CommandArguments): Promise<unknown>;
  /** Sends all in one piece; they are carried out one after the other, others' commands maybe between them. Never rejects. */
  batch(commands: readonly CommandArguments[]): Promise<readonly Reply[]>;
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
export async function connect(
  address: string,
  options: ConnectionOptions,
  timeout: number,
): Promise<Connection> {
  const { host, port } = splitAddress(address);
  if (!options.tls && !options.allowsPlaintext(host)) {
    throw new Error(
      "it is on the network and would be talked to by plain text (store.redis.allowPlaintextOnNetwork)",
    );
  }
  const redis = new Redis({ ...toRedisOptions(host, options, timeout), host, port });
  let cause: Error | undefined;
  redis.on("error", (error: Error) => {
    cause ??= error;
  });
  /** At once, and without waiting for a farewell: a server that is held still says none. */
  function disconnect(reason?: Error): void {
    cause ??= reason;
    redis.disconnect();
    redis.stream?.destroy();
  }
  const responseTimeout = createResponseTimeout(timeout, () =>
    disconnect(new Error(`no answer within ${timeout} ms`)),
  );

  // The library's own limit ends when the network connects; a server that is held still accepts and says nothing.
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
  /** Commands of this turn of the event loop. */
  let commandsThisTurn = 0;
  /**
   * The first command of a turn goes out by itself, so that it need not wait; all others of the turn go out in one piece, since a system
   * call for each is an eighth of the CPU.
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
        // The type allows for a pipeline that was given up, which ours never is.
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
    // One life: no second connection behind our back, no command that waits for one, none that is sent again.
    ...{ lazyConnect: true, retryStrategy: null, enableOfflineQueue: false, enableReadyCheck: false },
    ...{ autoResubscribe: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null },
    disableClientInfo: true,
  } satisfies RedisOptions;
}

function toTlsOptions(host: string, { ca, cert, key, serverName }: TlsOptions): object {
  return {
    // An address is no name for a server to choose its certificate by (RFC 6066, section 3).
    ...(serverName !== undefined || isIP(host) === 0 ? { servername: serverName ?? host } : {}),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
