import { BlockList, isIP } from "node:net";
import { credentials } from "@grpc/grpc-js";
/** The methods that a repeat leaves unchanged. CreateTicket would make a second ticket, ExchangeUserInfo loses the login. */
const repeatable = ["GetStatus", "MarkScanned", "Authorize", "Cancel", "Withdraw", "GetSigningKeys"];
const serviceConfig = JSON.stringify({
    // Every address that the name stands for gets its share of the calls, and not the first one all of them.
    loadBalancingConfig: [{ round_robin: {} }],
    methodConfig: [
        {
            name: repeatable.map((method) => ({ service: "qrlogin.v1.QrLoginService", method })),
            retryPolicy: {
                maxAttempts: 4,
                initialBackoff: "0.1s",
                maxBackoff: "1s",
                backoffMultiplier: 2,
                retryableStatusCodes: ["UNAVAILABLE"],
            },
        },
    ],
    // While most calls fail, retries only add to the load (gRFC A6): none are made below half the tokens, each failure takes
    // one and each success gives one back. A server that stops among others costs far less.
    retryThrottling: { maxTokens: 500, tokenRatio: 1 },
});
const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
/**
 * @throws TypeError when the address is empty or the root certificates are no PEM text.
 * @throws RangeError when the number of streams is not a whole number above zero.
 */
export function transportOf(options) {
    const { address, tls = !isLoopback(address), maxStreamsPerConnection: maxStreams = 100 } = options;
    if (address === "")
        throw new TypeError("address must not be empty");
    if (!Number.isSafeInteger(maxStreams) || maxStreams < 1) {
        throw new RangeError("maxStreamsPerConnection must be a whole number above zero");
    }
    const callOptions = {
        // A connection that has died without a word is noticed within 40 seconds.
        "grpc.keepalive_time_ms": 30_000,
        "grpc.keepalive_timeout_ms": 10_000,
        // As patient as our back-off: gRPC's own grows to two minutes, in which every attempt of ours would fail at once.
        "grpc.initial_reconnect_backoff_ms": 100,
        "grpc.max_reconnect_backoff_ms": 5_000,
        "grpc.dns_min_time_between_resolutions_ms": 5_000,
        // A proxy out of the environment would carry the plain text that is meant for this machine elsewhere.
        ...(tls === false && { "grpc.enable_http_proxy": 0 }),
        ...options.channelOptions,
        "grpc.service_config": serviceConfig,
        // Else a TXT record in the DNS could replace the service config and have the exchange retried.
        "grpc.service_config_disable_resolution": 1,
        // A connection of its own for each channel: long streams must not take the places of short calls.
        "grpc.use_local_subchannel_pool": 1,
    };
    // The connection of a channel that nobody needs any more is closed after a minute.
    const moreCallOptions = { "grpc.client_idle_timeout_ms": 60_000, ...callOptions };
    return {
        address,
        credentials: credentialsOf(tls),
        maxStreams,
        callOptions,
        moreCallOptions,
        watchOptions: {
            // Between two attempts of a watch there is no call, and the connection must not die unnoticed.
            "grpc.keepalive_permit_without_calls": 1,
            ...moreCallOptions,
        },
    };
}
function credentialsOf(tls) {
    if (tls === false)
        return credentials.createInsecure();
    const roots = tls === true ? undefined : tls.rootCertificates;
    if (roots === undefined)
        return credentials.createSsl();
    const pem = Buffer.from(roots);
    if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
        throw new TypeError("tls.rootCertificates must be certificates in PEM form");
    }
    return credentials.createSsl(pem);
}
/** Whether a gRPC address can only lead to this machine. When in doubt it is not. */
export function isLoopback(address) {
    if (address.startsWith("unix:"))
        return true;
    const [, scheme, rest = address] = /^(dns|ipv4|ipv6):(?:\/\/\/)?(.*)$/.exec(address) ?? [];
    const places = scheme === "ipv4" || scheme === "ipv6" ? rest.split(",") : [rest];
    return places.every((place) => isLoopbackHost(hostOf(place)));
}
function hostOf(place) {
    const bracketed = /^\[(.*)\](?::\d+)?$/.exec(place)?.[1];
    if (bracketed !== undefined)
        return bracketed;
    return isIP(place) === 6 ? place : place.replace(/:\d+$/, "");
}
function isLoopbackHost(host) {
    const version = isIP(host);
    if (version === 0)
        return host.toLowerCase() === "localhost";
    return loopback.check(host, version === 4 ? "ipv4" : "ipv6");
}
