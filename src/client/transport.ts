import { isIPv6 } from "node:net";
import {
  type ChannelCredentials,
  type ChannelOptions,
  credentials,
  type ClientOptions as GrpcClientOptions,
} from "@grpc/grpc-js";
import { serviceConfig } from "../../gen/service_config.js";
import { isLoopbackHost } from "../base/address.js";
import type { Field } from "./arguments/field.js";
import type { CallObserver } from "./call_observer.js";
import { createTlsCredentials, type TlsCertificates } from "./tls_credentials.js";

/** Protection of the connection; see {@link TransportOptions.tls}. */
export type Tls = boolean | TlsCertificates | (() => TlsCertificates);

/** The address of the service and the options of its connections. */
export interface TransportOptions {
  /**
   * Address of the service in gRPC syntax: `host:port`, `[ipv6]:port`, `dns:///host:port`, `ipv4:ip:port,ip:port` or
   * `unix:/path`. Calls are spread over all IP addresses that it resolves to.
   */
  readonly address: string;
  /**
   * TLS setting: `true` uses the root certificates that Node.js trusts, `false` is plain text. An object has other
   * certificates, as PEM: `rootCertificates` to trust, and `certChain` with `privateKey` to present. A function that
   * returns such an object is called for each connection, so that certificates can be renewed.
   *
   * The default is plain text to loopback addresses (127.0.0.0/8, ::1, localhost, `unix:`) and TLS to all others.
   * Credentials cross a network in the clear only with an explicit `false`.
   */
  readonly tls?: Tls;
  /**
   * Maximum number of calls or watches on one connection; beyond it, another connection is opened. Watches
   * never share a connection with calls. The value must not exceed the limit of the server, or of a proxy
   * before it: calls beyond that limit wait. 100 by default, the lowest limit that HTTP/2 recommends and
   * proxies use; the service itself accepts more.
   */
  readonly maxStreamsPerConnection?: number;
  /**
   * Additional options of the gRPC channels, such as `grpc.keepalive_time_ms`. The service config cannot be set: it
   * defines the retries, and the spreading of calls over all addresses (`round_robin`).
   */
  readonly channelOptions?: ChannelOptions;
  /** Receives a report of each call that ends, for metrics. */
  readonly observer?: CallObserver | undefined;
}

/** Fields of {@link TransportOptions}. */
export const transportOptionFields = {
  address: { type: "string", isRequired: true },
  tls: {
    type: ["boolean", "object", "function"],
    fields: {
      rootCertificates: { type: ["string", "object"] },
      certChain: { type: ["string", "object"] },
      privateKey: { type: ["string", "object"] },
    },
  },
  maxStreamsPerConnection: { type: "number" },
  channelOptions: { type: "object" },
  observer: { type: "object" },
} as const satisfies Record<keyof TransportOptions, Field>;

/** The settings with which a gRPC client of the service is created. */
export interface Transport {
  readonly address: string;
  readonly credentials: ChannelCredentials;
  readonly maxStreams: number;
  /** Options of the first channel for unary calls. */
  readonly unaryChannelOptions: GrpcClientOptions;
  /** Options of the further channels for unary calls. */
  readonly extraUnaryChannelOptions: GrpcClientOptions;
  /** Options of the channels for watches. */
  readonly watchChannelOptions: GrpcClientOptions;
}

/**
 * Checks the options and completes them with defaults.
 *
 * @throws TypeError when the address is empty or a URL, or the certificates are not usable PEM.
 * @throws RangeError when the number of streams is not a whole number above zero.
 */
export function resolveTransport(options: TransportOptions): Transport {
  const { address, tls = !isLoopbackTarget(address), maxStreamsPerConnection: maxStreams = 100 } = options;
  if (address === "") throw new TypeError("address must not be empty");
  // gRPC would look up the scheme as the name of a host.
  if (/^https?:/i.test(address)) {
    throw new TypeError("address must be HOST:PORT and not a URL; TLS is a matter of the option tls");
  }
  if (!Number.isSafeInteger(maxStreams) || maxStreams < 1) {
    throw new RangeError("maxStreamsPerConnection must be a whole number above zero");
  }
  const unaryChannelOptions: GrpcClientOptions = {
    // A connection that broke without notice is detected within 40 seconds.
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 10_000,
    // As short as our back-off: gRPC's own grows to two minutes, in which every attempt would fail at once.
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 5_000,
    "grpc.dns_min_time_between_resolutions_ms": 5_000,
    // A proxy from the environment would carry plain text that is meant for this machine elsewhere.
    ...(tls === false && { "grpc.enable_http_proxy": 0 }),
    ...options.channelOptions,
    "grpc.service_config": serviceConfig,
    // Otherwise a DNS TXT record could replace the service config and have exchanges retried.
    "grpc.service_config_disable_resolution": 1,
    // A separate connection for each channel: long streams must not use up the capacity for short calls.
    "grpc.use_local_subchannel_pool": 1,
  };
  // Closes the connection of a channel that is no longer needed after a minute.
  const extraUnaryChannelOptions = { "grpc.client_idle_timeout_ms": 60_000, ...unaryChannelOptions };
  return {
    address,
    credentials: createChannelCredentials(tls),
    maxStreams,
    unaryChannelOptions,
    extraUnaryChannelOptions,
    watchChannelOptions: {
      // There is no call between two attempts of a watch, and the connection must not break unnoticed then.
      "grpc.keepalive_permit_without_calls": 1,
      ...extraUnaryChannelOptions,
    },
  };
}

function createChannelCredentials(tls: Tls): ChannelCredentials {
  if (tls === false) return credentials.createInsecure();
  return createTlsCredentials(tls === true ? {} : tls);
}

/** Reports whether a gRPC address leads to this machine only. Returns false in case of doubt. */
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
