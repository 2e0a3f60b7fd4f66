import { isIP } from "node:net";
import { Redis } from "ioredis";
import { NotSent } from "./failures.js";
import { watchSilence } from "./silence.js";
/**
 * Connects to `HOST:PORT` and signs in.
 *
 * @param timeout How long connecting may take, and how long the server may be silent while something is asked, in milliseconds.
 * @throws Error with what the network or the server says.
 */
export async function connect(address, login, timeout) {
    const { host, port } = hostAndPort(address);
    if (!login.tls && !login.mayBePlain(host)) {
        throw new Error("it is on the network and would be talked to by plain text (store.redis.allowPlaintextOnNetwork)");
    }
    const redis = new Redis({ ...optionsOf(host, login, timeout), host, port });
    let cause;
    redis.on("error", (error) => {
        cause ??= error;
    });
    /** At once, and without waiting for a farewell: a server that is held still says none. */
    function cut(because) {
        cause ??= because;
        redis.disconnect();
        redis.stream?.destroy();
    }
    const silence = watchSilence(timeout, () => cut(new Error(`no answer within ${timeout} ms`)));
    // The library's own limit ends when the network connects; a server that is held still accepts and says nothing.
    const connected = silence.asked();
    try {
        await redis.connect();
        if (cause)
            throw cause;
    }
    catch (error) {
        cut();
        throw cause ?? error;
    }
    finally {
        connected();
    }
    const isOpen = () => redis.status === "ready" && redis.stream.writable;
    /** Commands of this turn of the event loop. */
    let ofThisTurn = 0;
    /**
     * The first command of a turn goes out by itself, so that it need not wait; all others of the turn go out in one piece, since a system
     * call for each is an eighth of the CPU.
     */
    function holdWrites() {
        ofThisTurn += 1;
        const { stream } = redis;
        if (ofThisTurn === 1)
            setImmediate(() => endTurn(stream));
        if (ofThisTurn === 2)
            stream.cork();
    }
    function endTurn(stream) {
        if (ofThisTurn > 1)
            stream.uncork();
        ofThisTurn = 0;
    }
    return {
        async call([name, ...words]) {
            if (!isOpen())
                throw new NotSent();
            const answered = silence.asked();
            holdWrites();
            try {
                return await redis.call(String(name), ...words);
            }
            finally {
                answered();
            }
        },
        async batch(commands) {
            const answered = silence.asked();
            try {
                if (!isOpen())
                    throw new NotSent();
                const replies = await redis.pipeline(commands.map((words) => ["call", ...words])).exec();
                // The type allows for a pipeline that was given up, which ours never is.
                return (replies ?? []).map(([error, value]) => (error ? { error } : { value }));
            }
            catch (error) {
                return commands.map(() => ({ error }));
            }
            finally {
                answered();
            }
        },
        onMessage: (onMessage) => void redis.on("smessage", onMessage),
        onMoved: (onMoved) => void redis.on("moved", onMoved),
        onEnd(onEnd) {
            if (redis.status === "end")
                onEnd(cause);
            else
                redis.once("end", () => onEnd(cause));
        },
        close: () => cut(),
    };
}
function optionsOf(host, { username, password, database, tls }, timeout) {
    return {
        ...{ db: database, connectTimeout: timeout, connectionName: "qrlogin" },
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(tls && { tls: tlsOptionsOf(host, tls) }),
        // One life: no second connection behind our back, no command that waits for one, none that is sent again.
        ...{ lazyConnect: true, retryStrategy: null, enableOfflineQueue: false, enableReadyCheck: false },
        ...{ autoResubscribe: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: null },
        disableClientInfo: true,
    };
}
function tlsOptionsOf(host, { ca, cert, key, serverName }) {
    return {
        // An address is no name for a server to choose its certificate by (RFC 6066, section 3).
        ...(serverName !== undefined || isIP(host) === 0 ? { servername: serverName ?? host } : {}),
        ...(ca !== undefined && { ca }),
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
    };
}
/** The parts of `HOST:PORT` or `[IPV6]:PORT`; Clusters tell IPv6 addresses without brackets. */
function hostAndPort(address) {
    const colon = address.lastIndexOf(":");
    return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}
