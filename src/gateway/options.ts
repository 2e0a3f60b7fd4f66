import type { FastifyReply, FastifyRequest } from "fastify";
import type { ClientOptions, ExchangeUserInfoResponse } from "../client/index.js";
import type { PageField } from "./access/page_fields.js";

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
  /** Whether the hosted product's API is answered too. True by default. */
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

/** An app that the gateway acts for. */
export interface GatewayApp {
  readonly id: string;
  readonly secret: string;
  /**
   * Origins of other sites whose pages may call, such as `https://shop.example.com`. On loopback the port may be `*`. Pages
   * of the gateway's own origin always may. None by default.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Whether a handle of the gateway's own API is good in the browser alone that it was made for, which a cookie tells. True by
   * default. False lets pages of other sites work in browsers that block third-party cookies.
   */
  readonly bindToBrowser?: boolean | undefined;
  /**
   * Whether a page is told the exchange ticket only of a ticket that was created with a `codeChallenge`. True by default. False
   * leaves it to the site's backend to check that the exchange ticket belongs to the browser that posts it (login CSRF).
   */
  readonly requireCodeChallenge?: boolean | undefined;
  /** Whether the browser that a ticket was made for may exchange it without the app's secret. False by default. */
  readonly exchangeFromBrowser?: boolean | undefined;
  /** Hosted API: whether the status call itself exchanges, and answers the whole user. False by default. */
  readonly fullUserInStatus?: boolean | undefined;
  /**
   * Hosted API: whether the ticket id, which stands in the code, is enough to poll. Whoever sees the code can then follow it,
   * and take the exchange ticket. Works in one gateway process, until it restarts. False by default.
   */
  readonly pollByTicketId?: boolean | undefined;
  /**
   * The fields that pages may set in the tickets that they create. The phone is told that the page claims them. A page that sets
   * another one is refused with INVALID_REQUEST. None by default.
   */
  readonly pageFields?: readonly PageField[] | undefined;
}

export interface GatewayLimits {
  /** Tickets that one address (IPv6: one /64) may create in a minute, and an IPv6 /48 four times as many. 600 by default. */
  readonly ticketsPerMinute: number;
  /** Other calls of one address in a minute; status calls are not counted. 6,000 by default. */
  readonly callsPerMinute: number;
  /** Longest life of a ticket that a page may wish, in milliseconds; a longer wish is cut. 120,000 by default. */
  readonly ticketTtlMs: number;
  /** Streams of events at a time in all. 10,000 by default. Past it the newest of the address that has most is ended. */
  readonly streams: number;
  /**
   * Streams of one address (IPv6: one /64), and four times as many of an IPv6 /48. Never more than half of all. 2,000 by
   * default.
   */
  readonly streamsPerAddress: number;
}
