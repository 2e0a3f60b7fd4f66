import type { FastifyReply, FastifyRequest } from "fastify";
import type { ClientOptions, ExchangeUserInfoResponse } from "../client/index.js";
import type { GatewayApp } from "./access/app_registry.js";
import type { RateLimitOptions } from "./access/rate_limits.js";
import type { StreamLimits } from "./access/stream_limiter.js";

/** What the gateway is told when it is registered. */
export interface GatewayOptions {
  /** The gRPC service behind it, as for the clients of `qrlogin/client`. */
  readonly service: ClientOptions;
  /** The apps that it acts for. The first one is meant where a page does not say which. */
  readonly apps: readonly GatewayApp[];
  /**
   * Keys that seal the handles, 32 random bytes each, as base64url. The first one seals, all of them open: to rotate, put
   * a new one in front and drop the old one when `handleTtlMs` has passed. Every node needs the same.
   */
  readonly handleKeys: readonly string[];
  /** How long a handle is good for, in milliseconds. An hour by default; longer than a ticket can live. */
  readonly handleTtlMs?: number | undefined;
  /** How often a stream of events shows that it lives, in milliseconds. 15,000 by default. */
  readonly heartbeatIntervalMs?: number | undefined;
  readonly limits?: Partial<GatewayLimits> | undefined;
  /** Whether the Authing-compatible API is answered too. True by default. */
  readonly authingApi?: boolean | undefined;
  /**
   * The end of a sign-in, where the site lives in the same process: signs the user in, by a cookie of its own say. What it
   * answers is sent to the page as JSON. Called again, for the same user, where a page asks twice within five seconds. With it the
   * exchange ticket stays out of the page; without it the page is told that of a ticket with a code challenge, for the site's
   * backend to exchange.
   * Does not apply to apps that bind no handles to browsers, since whoever finds such a handle must not be signed in.
   */
  readonly onSignIn?: ((signIn: SignIn, request: FastifyRequest, reply: FastifyReply) => unknown) | undefined;
}

/** Who has signed in, and to which app. */
export interface SignIn extends ExchangeUserInfoResponse {
  readonly appId: string;
}

/** Limits of what pages may ask for. */
export interface GatewayLimits extends RateLimitOptions, StreamLimits {
  /** Longest life of a ticket that a page may wish, in milliseconds; a longer wish is cut. 120,000 by default. */
  readonly ticketTtlMs: number;
}
