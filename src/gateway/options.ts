import type { FastifyReply, FastifyRequest } from "fastify";
import type { ClientOptions, ExchangeUserInfoResponse } from "../client/index.js";
import type { RpcMethod } from "../domain/rpc_methods.js";
import type { GatewayApp } from "./access/app_registry.js";
import type { RateLimitOptions } from "./access/rate_limits.js";
import type { StreamLimits } from "./access/stream_limiter.js";
import type { GatewayObserver } from "./observer.js";

/** Options of a gateway, whatever server it runs in. */
export interface GatewaySettings {
  /** Connection to the gRPC service, as for the clients of `qrlogin/client`. */
  readonly service: ClientOptions;
  /**
   * Allows `service.tls: false` for a service beyond loopback, where something else encrypts the connection. False by
   * default.
   */
  readonly allowPlaintextOnNetwork?: boolean | undefined;
  /** Apps that the gateway acts for. The first one is used when a page names none. */
  readonly apps: readonly GatewayApp[];
  /**
   * Keys that seal the handles: 32 random bytes each, in base64url. The first key seals; all keys open. To
   * rotate, put a new key first and remove the old one after `handleTtlMs`. Every gateway needs the same
   * keys.
   */
  readonly handleKeys: readonly string[];
  /**
   * Lifetime of a handle, in milliseconds. One hour by default, which is longer than a ticket lives with the
   * default limits.
   */
  readonly handleTtlMs?: number | undefined;
  /** Interval between the heartbeats of an event stream, in milliseconds. 15,000 by default. */
  readonly heartbeatIntervalMs?: number | undefined;
  readonly limits?: Partial<GatewayLimits> | undefined;
  /** Enables the Authing-compatible API. True by default. */
  readonly authingApi?: boolean | undefined;
  /**
   * Methods of the service that callers can call over the Connect protocol and gRPC-Web, with their own
   * credential. By default those of a phone: `MarkScanned`, `Authorize` and `Cancel`. An empty list turns both
   * protocols off.
   */
  readonly rpcMethods?: readonly RpcMethod[] | undefined;
  /** Functions that receive reports of the gateway's work, for metrics. */
  readonly observer?: Partial<GatewayObserver> | undefined;
}

/** Options of the gateway plugin. */
export interface GatewayOptions extends GatewaySettings {
  /**
   * Completes a sign-in when the site runs in the same process: signs the user in, for instance with a
   * session cookie. The result is sent to the page as JSON. A page that repeats its request within
   * five seconds causes another call for the same user.
   *
   * With this option, pages receive no exchange ticket. Without it, a page receives the exchange ticket of a
   * ticket that has a code challenge, for the site's backend to exchange. The option does not apply to apps
   * whose handles are not bound to a browser: anybody who found such a handle could sign in with it.
   */
  readonly onSignIn?: ((signIn: SignIn, request: FastifyRequest, reply: FastifyReply) => unknown) | undefined;
}

/** The user who has signed in, and the app. */
export interface SignIn extends ExchangeUserInfoResponse {
  readonly appId: string;
}

/** Limits on the requests of pages. */
export interface GatewayLimits extends RateLimitOptions, StreamLimits {
  /**
   * Longest ticket lifetime that a page can request, in milliseconds. Longer requests are reduced to it.
   * 120,000 by default.
   */
  readonly ticketTtlMs: number;
}
