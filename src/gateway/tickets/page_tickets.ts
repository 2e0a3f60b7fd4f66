import * as z from "zod";
import type { Clock } from "../../base/clock.js";
import { durationOf, millisecondsOf } from "../../base/durations.js";
import {
  type AppClient,
  ContextSource,
  type CreateTicketRequest,
  CreatorCapability,
  type QrCodeStep,
  type RequesterContext,
} from "../../client/index.js";
import type { AppRegistry, RegisteredApp } from "../access/app_registry.js";
import { type CallingBrowser, cookieMissing, isBoundTo } from "../access/browser_cookie.js";
import { ticketNotFound } from "../http/http_error.js";
import type { Sealer } from "./sealer.js";
import { silentTicketObserver, type TicketObserver } from "./ticket_observer.js";
import type { TicketReference } from "./watch_hub.js";

/** The ticket that a handle stands for. */
export interface PageTicket extends TicketReference {
  readonly app: RegisteredApp;
  /** Digest of the browser's cookie; undefined if the handle is not bound to a browser. */
  readonly boundTo: string | undefined;
  /** True if the ticket was created with a code challenge (PKCE), so that its exchange needs the verifier. */
  readonly hasChallenge: boolean;
}

/** A ticket together with its exchange ticket. */
export interface ExchangeablePageTicket extends PageTicket {
  readonly exchangeTicket: string;
}

/** The validated parameters of a new ticket. */
export interface CreateTicketParameters {
  readonly scene?: string | undefined;
  readonly customData?: CreateTicketRequest["customData"];
  readonly ttlMs?: number | undefined;
  readonly requester: RequesterContext;
  /** The SHA-256 of a code verifier (PKCE, S256), in base64url. */
  readonly codeChallenge?: string | undefined;
}

/** A new ticket. The page may receive everything but the ticket secret. */
export interface NewTicket {
  /**
   * Sealed ticket id and ticket secret. A caller who has it may watch the ticket; if it is bound to a browser,
   * the caller needs the cookie too.
   */
  readonly handle: string;
  readonly ticketId: string;
  /** Must not be sent to the page. */
  readonly ticketSecret: string;
  /** The text that the QR code encodes. */
  readonly qrContent: string;
  /** The first step, if the code of the ticket changes. */
  readonly qrCodeStep: QrCodeStep | undefined;
  /** Milliseconds since the Unix epoch, by the clock of the service. */
  readonly expiresAt: number;
  readonly remainingMs: number;
  readonly minPollIntervalMs: number;
}

/**
 * The kind of a handle: of the gateway's own API, or of the Authing API, whose status calls send no cookies.
 * A handle of one kind never opens as the other.
 */
export type HandleKind = "handle" | "authing-handle";

/**
 * The capabilities of the pages of each API. The Authing API has no call that submits a check code, and no response
 * that holds the next code.
 */
const capabilitiesByKind: Readonly<Record<HandleKind, CreatorCapability[]>> = {
  handle: [CreatorCapability.CHECK_CODE, CreatorCapability.QR_CODE_STEPS],
  "authing-handle": [],
};

/** Creates tickets and opens their handles. Stores nothing: all state travels in the handle. */
export interface PageTickets {
  /**
   * Creates a ticket at the service, and seals its handle.
   *
   * @throws QrLoginError with the service's reason.
   */
  create(
    app: RegisteredApp,
    parameters: CreateTicketParameters,
    handle: { readonly kind: HandleKind; readonly boundTo: string | undefined },
    requestId?: string,
  ): Promise<NewTicket>;
  /**
   * Resolves with the ticket of a handle. Only a handle of the gateway's own API is checked against the
   * caller's cookies.
   *
   * @throws HttpError TICKET_NOT_FOUND if the handle is invalid or bound to another browser, COOKIE_MISSING
   *   if the handle is genuine and bound but the browser sent no cookie.
   */
  open(kind: HandleKind, handle: string, caller?: CallingBrowser): Promise<PageTicket>;
  /**
   * Seals an exchange ticket together with the ticket that it belongs to. Only the exchange of the Authing API
   * accepts the result.
   */
  sealExchangeTicket(ticket: PageTicket, exchangeTicket: string): Promise<string>;
  /**
   * Opens the result of {@link PageTickets.sealExchangeTicket}. Resolves with `undefined` if the text has expired
   * or is anything else.
   */
  openExchangeTicket(text: string): Promise<ExchangeablePageTicket | undefined>;
}

/** The caller of a handle that is not checked against cookies. */
const withoutCookies: CallingBrowser = { digests: [], hasNoCookie: false };

const sealedTicketSchema = z.object({
  app: z.string(),
  id: z.string(),
  secret: z.string(),
  hasChallenge: z.boolean().default(false),
  /** The exchange ticket; absent in a handle. */
  ticket: z.string().optional(),
});

export interface PageTicketsOptions {
  readonly appClient: AppClient;
  readonly apps: AppRegistry;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly handleTtlMs: number;
  /** Longest lifetime of a ticket, in milliseconds. A longer `ttlMs` is reduced to it. */
  readonly ticketTtlMs: number;
  readonly observer?: TicketObserver | undefined;
}

/** Creates the page tickets of a gateway. */
export function createPageTickets(options: PageTicketsOptions): PageTickets {
  const {
    appClient,
    apps,
    sealer,
    clock,
    handleTtlMs,
    ticketTtlMs,
    observer = silentTicketObserver,
  } = options;

  /** Resolves with `undefined` if the text cannot be opened, or if its app is no longer configured. */
  async function openTicket(
    kind: HandleKind | "authing-exchange-ticket",
    text: string,
  ): Promise<(PageTicket & { readonly exchangeTicket: string | undefined }) | undefined> {
    const opened = await sealer.open(kind, text);
    const content = sealedTicketSchema.safeParse(opened?.content).data;
    // The sealer has reported any other text.
    if (!opened || !content) return undefined;
    const app = apps.find(content.app);
    if (!app) {
      observer.handleRejected(kind, "unknown_app");
      return undefined;
    }
    return {
      app,
      credentials: app.credentials,
      ticketId: content.id,
      ticketSecret: content.secret,
      boundTo: opened.boundTo,
      hasChallenge: content.hasChallenge,
      exchangeTicket: content.ticket,
    };
  }

  return {
    async create(
      app,
      { scene = "", customData, ttlMs, requester, codeChallenge },
      { kind, boundTo },
      requestId,
    ) {
      const created = await appClient.createTicket(
        {
          scene,
          customData,
          customDataSource: ContextSource.CLAIMED_BY_PAGE,
          requester,
          screenId: boundTo ?? "",
          capabilities: capabilitiesByKind[kind],
          ...(codeChallenge !== undefined && { codeChallenge }),
          ...(ttlMs !== undefined && { ttl: durationOf(Math.min(ttlMs, ticketTtlMs)) }),
        },
        { credentials: app.credentials, requestId },
      );
      const { ticketId, ticketSecret, qrContent, expireTime, remainingDuration, minPollInterval } = created;
      const content = {
        app: app.id,
        id: ticketId,
        secret: ticketSecret,
        ...(codeChallenge !== undefined && { hasChallenge: true }),
      };
      const handle = await sealer.seal(kind, content, { boundTo, expiresAt: clock.wallNow() + handleTtlMs });
      const remainingMs = millisecondsOf(remainingDuration);
      return {
        handle,
        ticketId,
        ticketSecret,
        qrContent,
        qrCodeStep: created.qrCodeStep,
        expiresAt: expireTime?.getTime() ?? clock.wallNow() + remainingMs,
        remainingMs,
        minPollIntervalMs: millisecondsOf(minPollInterval),
      };
    },

    async open(kind, handle, caller = withoutCookies) {
      const ticket = await openTicket(kind, handle);
      if (!ticket) throw ticketNotFound();
      const { app, boundTo } = ticket;
      if (kind === "handle" && !mayUse(app, boundTo, caller.digests)) {
        const lacksCookie = boundTo !== undefined && caller.hasNoCookie;
        observer.handleRejected(kind, lacksCookie ? "no_cookie" : "other_browser");
        throw lacksCookie ? cookieMissing() : ticketNotFound();
      }
      return ticket;
    },

    sealExchangeTicket({ app, boundTo, ticketId, ticketSecret }, exchangeTicket) {
      const content = { app: app.id, id: ticketId, secret: ticketSecret, ticket: exchangeTicket };
      const expiresAt = clock.wallNow() + handleTtlMs;
      return sealer.seal("authing-exchange-ticket", content, { boundTo, expiresAt });
    },

    async openExchangeTicket(text) {
      const ticket = await openTicket("authing-exchange-ticket", text);
      const exchangeTicket = ticket?.exchangeTicket;
      return ticket && exchangeTicket !== undefined ? { ...ticket, exchangeTicket } : undefined;
    },
  };
}

function mayUse(app: RegisteredApp, boundTo: string | undefined, browserDigests: readonly string[]): boolean {
  return boundTo === undefined ? !app.bindToBrowser : isBoundTo(boundTo, browserDigests);
}
