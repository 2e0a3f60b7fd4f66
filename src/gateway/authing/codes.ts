import type { FastifyReply, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import { isCanonicalBase64url } from "../../domain/secrets.js";
import { ensureBrowserCookie } from "../access/browser_cookie.js";
import { checkAppOrigin } from "../access/origin_check.js";
import { checkPageFields } from "../access/page_fields.js";
import { requesterContextOf } from "../access/requester.js";
import type { GatewayContext } from "../context.js";
import { addressKeyOf } from "../http/client_address.js";
import { disconnectSignalOf } from "../http/disconnect_signal.js";
import { requestIdOf } from "../http/request_id.js";
import { annotateLog } from "../http/request_log.js";
import { isCrossOrigin } from "../http/request_origin.js";
import type { CreateTicketParameters, PageTicket } from "../tickets/page_tickets.js";
import { appIdOf } from "./schemas.js";

/** A new code, as the Authing API returns it. */
export interface CreatedCode {
  /**
   * The `random` (V2) or `qrcodeId` (V3) that the page polls with: the handle, or the ticket id with
   * `pollByTicketId`.
   */
  readonly handleOrTicketId: string;
  /** The image, as a `data:` URL. */
  readonly imageUrl: string;
  readonly expiresInSeconds: number;
}

/** Creates and opens the codes of the Authing API. A code contains the ticket id; the page receives a handle. */
export interface Codes {
  /**
   * Creates a ticket and draws its code.
   *
   * @throws HttpError APP_UNKNOWN, ORIGIN_NOT_ALLOWED, HTTPS_REQUIRED, or INVALID_REQUEST for a field that
   *   pages may not set.
   * @throws TicketError if the code cannot be drawn.
   * @throws QrLoginError with the service's reason.
   */
  create(
    request: FastifyRequest,
    reply: FastifyReply,
    parameters: Pick<CreateTicketParameters, "scene" | "customData">,
  ): Promise<CreatedCode>;
  /**
   * Resolves with the ticket that a page polls.
   *
   * @throws HttpError TICKET_NOT_FOUND, ORIGIN_NOT_ALLOWED
   */
  open(request: FastifyRequest, handleOrTicketId: string): Promise<PageTicket>;
  /**
   * Resolves with the ticket id of a phone's call. Phones send the ticket id from the code. To try the API
   * without a camera, send the handle that {@link Codes.create} returned.
   *
   * @throws HttpError TICKET_NOT_FOUND
   */
  resolveTicketId(handleOrTicketId: string): Promise<string>;
}

// The SDK shows the image at half this size, which is sharp up to a device pixel ratio of 2. At 480 pixels,
// even a code full of custom data has whole pixels per module.
const imageOptions = { format: "PNG", size: 480, margin: 4, errorCorrection: "M" } as const;

/** Creates the codes of the Authing API. */
export function createCodes({
  apps,
  pageTickets,
  qrImages,
  clock,
  handleTtlMs,
}: Pick<GatewayContext, "apps" | "pageTickets" | "qrImages" | "clock" | "handleTtlMs">): Codes {
  const ticketsById = createTicketsById(clock, handleTtlMs);

  return {
    async create(request, reply, parameters) {
      const app = apps.resolve(appIdOf(request));
      checkAppOrigin(request, app);
      checkPageFields(request, app, parameters);
      const boundTo = app.exchangeFromBrowser
        ? ensureBrowserCookie(request, reply, isCrossOrigin(request))
        : undefined;
      const requester = requesterContextOf(request);
      const created = await pageTickets.create(
        app,
        { ...parameters, requester },
        { kind: "authing-handle", boundTo },
        requestIdOf(request),
      );
      const { ticketId, ticketSecret, qrContent, remainingMs } = created;
      annotateLog(request, { app: app.id, ticketId });
      const image = await qrImages.draw(qrContent, imageOptions, {
        address: addressKeyOf(request),
        signal: disconnectSignalOf(reply),
      });
      if (app.pollByTicketId) {
        ticketsById.add({
          app,
          credentials: app.credentials,
          ticketId,
          ticketSecret,
          boundTo,
          hasChallenge: false,
        });
      }
      return {
        handleOrTicketId: app.pollByTicketId ? ticketId : created.handle,
        imageUrl: `data:${image.mediaType};base64,${Buffer.from(image.data).toString("base64")}`,
        expiresInSeconds: Math.round(remainingMs / 1_000),
      };
    },

    async open(request, handleOrTicketId) {
      const ticket =
        ticketsById.find(handleOrTicketId) ?? (await pageTickets.open("authing-handle", handleOrTicketId));
      checkAppOrigin(request, ticket.app);
      annotateLog(request, { app: ticket.app.id, ticketId: ticket.ticketId });
      return ticket;
    },

    async resolveTicketId(handleOrTicketId) {
      if (isCanonicalBase64url(handleOrTicketId, 16)) return handleOrTicketId;
      return (await pageTickets.open("authing-handle", handleOrTicketId)).ticketId;
    },
  };
}

/**
 * Tickets by their id, for apps with `pollByTicketId`. This is the only per-ticket state that the gateway has
 * to keep.
 */
interface TicketsById {
  add(ticket: PageTicket): void;
  find(ticketId: string): PageTicket | undefined;
}

/** Largest number of tickets, which bounds the memory. A new ticket displaces the oldest. */
const maxTickets = 100_000;

/** Creates an empty store. It keeps each ticket for `maxAgeMs`, which must be longer than a ticket can live. */
export function createTicketsById(clock: Clock, maxAgeMs: number, max = maxTickets): TicketsById {
  // The age is checked here: a cache with a `ttl` keeps an expired entry until the next read. `peek` does not
  // change the order.
  const entries = new LRUCache<string, { readonly ticket: PageTicket; readonly until: number }>({ max });

  return {
    add(ticket) {
      const now = clock.now();
      // All entries live equally long, so they expire in insertion order.
      for (const id of entries.rkeys()) {
        if ((entries.peek(id)?.until ?? 0) > now) break;
        entries.delete(id);
      }
      entries.set(ticket.ticketId, { ticket, until: now + maxAgeMs });
    },

    find(ticketId) {
      const entry = entries.peek(ticketId);
      return entry && entry.until > clock.now() ? entry.ticket : undefined;
    },
  };
}
