import { isIPv6 } from "node:net";
import { type ChannelCredentials, type ChannelOptions, credentials } from "@grpc/grpc-js";
import { isLoopbackHost } from "../base/address.js";

/** How the connection is protected. */
export type Tls = boolean | { readonly rootCertificates?: Buffer | string };

/** Where the service is and how it is reached. */
export interface TransportOptions {
  /**
   * Address of the service as gRPC writes it: `host:port`, `[ipv6]:port`, `dns:///host:port`, `ipv4:ip:port,ip:port` or
   * `unix:/path`. Calls are shared out among all IP addresses that it stands for.
   */
  readonly address: string;
  /**
   * `true` is TLS with the root certificates that Node.js trusts, an object TLS with others (PEM), `false` plain text.
   *
   * By default plain text to the loopback (127.0.0.0/8, ::1, localhost, `unix:`) and TLS to anywhere else: credentials
   * cross a network in the clear only where `false` is written out.
   */
  readonly tls?: Tls;
  /**
   * How many calls or watches run on one connection at a time; above that another one is opened, and watches never share one
   * with calls. It must not be above the limit of the server, or of a proxy before it: what is above that limit waits. 100 by
   * default, the lowest that HTTP/2 recommends and proxies are set to; the service itself takes more.
   */
  readonly maxStreamsPerConnection?: number;
  /**
   * Further options of the gRPC channels, such as `grpc.keepalive_time_ms`. The service config cannot be set: it decides
   * what is retried, and that calls are shared out among all addresses (`round_robin`).
   */
  readonly channelOptions?: ChannelOptions;
}

/** The methods that a repeat leaves unchanged. CreateTicket would make a second ticket, ExchangeUserInfo loses the login. */
const idempotentMethods = ["GetStatus", "MarkScanned", "Authorize", "Cancel", "Withdraw", "GetSigningKeys"];

const serviceConfig = JSON.stringify({
  // Every address that the name stands for gets its share of the calls, and not the first one all of them.
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: idempotentMethods.map((method) => ({ service: "qrlogin.v1.QrLoginService", method })),
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

/** What a gRPC client of the service is made with. */
export interface Transport {
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly maxStreams: number;
  /** Of the first channel of the unary calls. */
  readonly unaryChannelOptions: ChannelOptions;
  /** Of further channels of the unary calls. */
  readonly extraUnaryChannelOptions: ChannelOptions;
  /** Of the channels of the watches. */
  readonly watchChannelOptions: ChannelOptions;
}

/**
 * @throws TypeError when the address is empty or the root certificates are no PEM text.
 * @throws RangeError when the number of streams is not a whole number above zero.
 */
export function resolveTransport(options: TransportOptions): Transport {
  const { address, tls = !isLoopbackTarget(address), maxStreamsPerConnection: maxStreams = 100 } = options;
  if (address === "") throw new TypeError("address must not be empty");
  if (!Number.isSafeInteger(maxStreams) || maxStreams < 1) {
    throw new RangeError("maxStreamsPerConnection must be a whole number above zero");
  }
  const unaryChannelOptions: ChannelOptions = {
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
  const extraUnaryChannelOptions = { "grpc.client_idle_timeout_ms": 60_000, ...unaryChannelOptions };
  return {
    address,
    credentials: createChannelCredentials(tls),
    maxStreams,
    unaryChannelOptions,
    extraUnaryChannelOptions,
    watchChannelOptions: {
      // Between two attempts of a watch there is no call, and the connection must not die unnoticed.
      "grpc.keepalive_permit_without_calls": 1,
      ...extraUnaryChannelOptions,
    },
  };
}

function createChannelCredentials(tls: Tls): ChannelCredentials {
  if (tls === false) return credentials.createInsecure();
  const roots = tls === true ? undefined : tls.rootCertificates;
  if (roots === undefined) return credentials.createSsl();
  const pem = Buffer.from(roots);
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw new TypeError("tls.rootCertificates must be certificates in PEM form");
  }
  return credentials.createSsl(pem);
}

/** Whether a gRPC address can only lead to this machine. When in doubt it is not. */
export function isLoopbackTarget(address: string): boolean {
  if (address.startsWith("unix:")) return true;
  const [, scheme, rest = address] = /^(dns|ipv4|ipv6):(?:\/\/\/)?(.*)$/.exec(address) ?? [];
  const endpoints = scheme === "ipv4" || scheme === "ipv6" ? rest.split(",") : [rest];
  return endpoints.every((endpoint) => isLoopbackHost(hostOf(endpoint)));
}

function hostOf(endpoint: string): string {
  const bracketed = /^\[(.*)\](?::\d+)?$/.exec(endpoint)?.[1];
  if (bracketed !== undefined) return bracketed;
  return isIPv6(endpoint) ? endpoint : endpoint.replace(/:\d+$/, "");
}
