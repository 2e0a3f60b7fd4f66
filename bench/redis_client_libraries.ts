import { Redis as IoredisClient } from "ioredis";
import { Redis as IovalkeyClient } from "iovalkey";
import { createClient } from "redis";

/** Client library with the commands that the store needs. */
export interface ComparedClient {
  load(script: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<string | null>;
  evalsha(sha: string, key: string, words: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

// Settings of the store: nothing is queued while Redis is unavailable, nothing is sent twice, and a timer of
// the connection, instead of one per command, detects a Redis that does not respond.
const withoutReconnect = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  lazyConnect: true,
  socketTimeout: 1_000,
} as const;

/** Compared libraries by name. The first one is the baseline. */
export const clientLibraries: Readonly<Record<string, (port: number) => Promise<ComparedClient>>> = {
  ioredis: (port) => createIoredisClient(connectIoredis(port)),
  "ioredis, corked": (port) => createCorkedClient(connectIoredis(port)),
  "ioredis, pipelining": (port) => createIoredisClient(connectIoredis(port, true)),
  "node-redis": (port) => createNodeRedisClient(port, 0),
  "node-redis, default": (port) => createNodeRedisClient(port, undefined),
  iovalkey: (port) =>
    createIoredisClient(
      new IovalkeyClient(port, "127.0.0.1", { ...withoutReconnect, retryStrategy: () => null }),
    ),
};

function connectIoredis(port: number, enableAutoPipelining = false): IoredisClient {
  return new IoredisClient(port, "127.0.0.1", {
    ...withoutReconnect,
    retryStrategy: () => null,
    enableAutoPipelining,
  });
}

/**
 * Creates a client whose socket collects the writes of one turn of the event loop and sends them in a single
 * system call, like the store's.
 */
async function createCorkedClient(client: IoredisClient): Promise<ComparedClient> {
  const plain = await createIoredisClient(client);
  let held = false;
  function hold(): void {
    if (held) return;
    held = true;
    const { stream } = client;
    stream.cork();
    setImmediate(() => {
      held = false;
      stream.uncork();
    });
  }
  return {
    ...plain,
    get(key) {
      hold();
      return plain.get(key);
    },
    evalsha(sha, key, words) {
      hold();
      return plain.evalsha(sha, key, words);
    },
  };
}

interface IoredisLike {
  connect(): Promise<void>;
  disconnect(): void;
  script(subcommand: "LOAD", script: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  get(key: string): Promise<string | null>;
  evalsha(sha: string, numberOfKeys: number, ...words: string[]): Promise<unknown>;
}

async function createIoredisClient(client: IoredisLike): Promise<ComparedClient> {
  await client.connect();
  return {
    load: (script) => client.script("LOAD", script),
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    evalsha: (sha, key, words) => client.evalsha(sha, 1, key, ...words),
    close: async () => client.disconnect(),
  };
}

/**
 * @param timeout Time-out of each command, in milliseconds: 0 for none, undefined for the library's default.
 */
async function createNodeRedisClient(port: number, timeout: number | undefined): Promise<ComparedClient> {
  const client = createClient({
    socket: { host: "127.0.0.1", port, reconnectStrategy: false },
    disableOfflineQueue: true,
    ...(timeout !== undefined && { commandOptions: { timeout } }),
  });
  await client.connect();
  return {
    load: (script) => client.scriptLoad(script),
    set: (key, value) => client.set(key, value),
    get: (key) => client.get(key),
    evalsha: (sha, key, words) => client.evalSha(sha, { keys: [key], arguments: [...words] }),
    close: async () => client.destroy(),
  };
}
