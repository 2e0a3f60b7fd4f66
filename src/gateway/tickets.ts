import * as z from "zod";
import {
  type AppClient,
  ContextSource,
  type CreateTicketRequest,
  type RequesterContext,
} from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import { durationOf, millisecondsOf } from "../domain/durations.js";
import type { ServedApp, ServedApps } from "./apps.js";
import { type CallingBrowser, cookieMissing, isFor } from "./browser.js";
import type { FollowedTicket } from "./followers.js";
import { ticketNotFound } from "./refusal.js";
import type { Seal } from "./seal.js";

/** A ticket as its handle names it. */
export interface HandledTicket extends FollowedTicket {
  readonly app: ServedApp;
  /** Digest of the cookie of the browser that it was made for; undefined if for any. */
  readonly boundTo: string | undefined;
  /** Whether it was created with a code challenge (PKCE), so that its exchange needs the verifier. */
  readonly hasChallenge: boolean;
}

/** What a page asks for, with every form checked. */
export interface TicketWish {
  readonly scene?: string | undefined;
  readonly customData?: CreateTicketRequest["customData"];
  readonly ttlMs?: number | undefined;
  readonly requester: RequesterContext;
  /** The SHA-256 of a code verifier (PKCE, S256), in base64url. */
  readonly codeChallenge?: string | undefined;
}

/** A ticket that was created, and what a page may be told of it. */
export interface CreatedTicket {
  /** Stands for the ticket and its secret; whoever holds it (and the cookie, where it is bound) may follow the ticket. */
  readonly handle: string;
  readonly ticketId: string;
  /** Never for the page. */
  readonly ticketSecret: string;
  /** The text to draw. */
  readonly qrContent: string;
  /** Milliseconds since the Unix epoch, by the clock of the service. */
  readonly expiresAt: number;
  readonly remainingMs: number;
  readonly minPollIntervalMs: number;
}

/** The gateway's own handles, and those of the hosted API, whose status calls know no cookies. One never opens as the other. */
export type HandleKind = "handle" | "hosted-handle";

/** Creates tickets and keeps nothing: what is needed to follow one goes out with its handle. */
export interface Tickets {
  /** Throws what the service refuses with. */
  create(
    app: ServedApp,
    wish: TicketWish,
    handle: { readonly kind: HandleKind; readonly boundTo: string | undefined },
  ): Promise<CreatedTicket>;
  /**
   * The ticket of a handle. Refuses with TICKET_NOT_FOUND, whatever is wrong with the handle, and where the gateway's own
   * handle is bound to another browser than the caller; with COOKIE_MISSING where it is genuine and a browser sent no cookie.
   */
  open(kind: HandleKind, handle: string, caller?: CallingBrowser): Promise<HandledTicket>;
}

/** A caller of whom no cookies are looked at. */
const anybody: CallingBrowser = { browsers: [], hasNoCookie: false };

const handleContent = z.object({
  app: z.string(),
  id: z.string(),
  secret: z.string(),
  hasChallenge: z.boolean().default(false),
});

export interface TicketsOptions {
  readonly client: AppClient;
  readonly apps: ServedApps;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly handleMaxAgeMs: number;
  /** A longer life that a page wishes is cut to this. */
  readonly maxTtlMs: number;
}

export function createTickets(options: TicketsOptions): Tickets {
  const { client, apps, seal, clock, handleMaxAgeMs, maxTtlMs } = options;
  return {
    async create(app, { scene = "", customData, ttlMs, requester, codeChallenge }, { kind, boundTo }) {
      const created = await client.createTicket(
        {
          scene,
          customData,
          customDataSource: ContextSource.CLAIMED_BY_PAGE,
          requester,
          ...(codeChallenge !== undefined && { codeChallenge }),
          ...(ttlMs !== undefined && { ttl: durationOf(Math.min(ttlMs, maxTtlMs)) }),
        },
        { credentials: app.credentials },
      );
      const { ticketId, ticketSecret, qrContent, expireTime, remainingDuration, minPollInterval } = created;
      const content = {
        app: app.id,
        id: ticketId,
        secret: ticketSecret,
        ...(codeChallenge !== undefined && { hasChallenge: true }),
      };
      const handle = await seal.seal(kind, content, { boundTo, expiresAt: clock.wallNow() + handleMaxAgeMs });
      const remainingMs = millisecondsOf(remainingDuration);
      return {
        handle,
        ticketId,
        ticketSecret,
        qrContent,
        expiresAt: expireTime?.getTime() ?? clock.wallNow() + remainingMs,
        remainingMs,
        minPollIntervalMs: millisecondsOf(minPollInterval),
      };
    },

    async open(kind, handle, caller = anybody) {
      const opened = await seal.open(kind, handle);
      const content = handleContent.safeParse(opened?.content).data;
      if (!opened || !content) throw ticketNotFound();
      const { boundTo } = opened;
      const app = apps.find(content.app);
      // An app that has left the configuration.
      if (!app) throw ticketNotFound();
      if (kind === "handle" && !mayUse(app, boundTo, caller.browsers)) {
        throw boundTo !== undefined && caller.hasNoCookie ? cookieMissing() : ticketNotFound();
      }
      return {
        app,
        credentials: app.credentials,
        ticketId: content.id,
        ticketSecret: content.secret,
        boundTo,
        hasChallenge: content.hasChallenge,
      };
    },
  };
}

function mayUse(app: ServedApp, boundTo: string | undefined, browsers: readonly string[]): boolean {
  return boundTo === undefined ? !app.bindToBrowser : isFor(boundTo, browsers);
}
