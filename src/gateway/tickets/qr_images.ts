import { LRUCache } from "lru-cache";
import { TicketError } from "../../domain/ticket_error.js";
import {
  createImageRenderer,
  type Drawing,
  drawingKey,
  type Image,
  type ImageOptions,
  imageOf,
} from "../../qr/image_renderer.js";
import { type LimitObserver, silentLimitObserver } from "../access/limit_observer.js";
import { ticketNotFound } from "../http/http_error.js";
import type { Sealer } from "./sealer.js";
import { createSingleFlight } from "./single_flight.js";
import { silentTicketObserver, type TicketObserver } from "./ticket_observer.js";

/** The caller who requests an image. */
export interface ImageCaller {
  /** The key under which the address is counted. Addresses take turns. */
  readonly address: string;
  /** Aborted when the caller no longer waits for the image. */
  readonly signal: AbortSignal;
}

/** Draws QR codes. Caches those that are requested by name. */
export interface QrImages {
  /**
   * Resolves with a name under which the image can be requested until `expiresAt`. The name is the sealed QR
   * content, so any gateway with the same keys can draw it, and callers cannot have other content drawn. Unlike
   * a handle, it gives access to the image alone.
   */
  sealName(qrContent: string, expiresAt: number): Promise<string>;
  /**
   * Resolves with the image of this name.
   *
   * @throws HttpError TICKET_NOT_FOUND if the name cannot be opened.
   * @throws TicketError as {@link QrImages.draw} does.
   */
  drawNamed(name: string, options: ImageOptions, caller: ImageCaller): Promise<Image>;
  /**
   * Resolves with an image of the content, without caching it.
   *
   * @throws TicketError INVALID_REQUEST if the content does not fit the size, RATE_LIMITED if too many
   *   callers wait.
   */
  draw(qrContent: string, options: ImageOptions, caller: ImageCaller): Promise<Image>;
  close(): Promise<void>;
}

/** Number of cached drawings, which take a few megabytes. */
const maxCachedDrawings = 1_000;

const silentObserver = { ...silentTicketObserver, ...silentLimitObserver };

/** Creates the drawing queues and an empty cache. */
export function createQrImages(
  sealer: Sealer,
  observer: TicketObserver & LimitObserver = silentObserver,
): QrImages {
  // Two queues: many requests for named images must not delay the codes that the Authing API draws on creation.
  const namedRenderer = createImageRenderer({ observer: observer.images });
  const directRenderer = createImageRenderer({ observer: observer.images });
  const drawingCache = new LRUCache<string, Drawing>({ max: maxCachedDrawings });
  const pendingDrawings = createSingleFlight<Drawing>();

  /** Resolves as the drawing does, and reports the one that finds no room. */
  async function reportLimit<T>(drawing: Promise<T>): Promise<T> {
    try {
      return await drawing;
    } catch (error) {
      if (error instanceof TicketError && error.exceededLimit === "qr_images")
        observer.limitExceeded("qr_images");
      throw error;
    }
  }

  async function cachedDrawing(
    qrContent: string,
    options: ImageOptions,
    { address, signal }: ImageCaller,
  ): Promise<Drawing> {
    const key = drawingKey(qrContent, options);
    const cached = drawingCache.get(key);
    observer.imageRequested(cached !== undefined);
    if (cached) return cached;
    const drawing = await pendingDrawings.run(
      key,
      (abandoned) =>
        reportLimit(namedRenderer.draw(qrContent, options, { caller: address, signal: abandoned })),
      signal,
    );
    drawingCache.set(key, drawing);
    return drawing;
  }

  return {
    sealName: (qrContent, expiresAt) => sealer.seal("image", qrContent, { expiresAt }),
    async drawNamed(name, options, caller) {
      const opened = await sealer.open("image", name);
      if (typeof opened?.content !== "string") throw ticketNotFound();
      return imageOf(await cachedDrawing(opened.content, options, caller), options);
    },
    draw: (qrContent, options, { address, signal }) =>
      reportLimit(directRenderer.render(qrContent, options, { caller: address, signal })),
    async close() {
      drawingCache.clear();
      await Promise.all([namedRenderer.close(), directRenderer.close()]);
    },
  };
}
