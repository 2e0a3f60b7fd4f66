import { LRUCache } from "lru-cache";
import {
  createImageRenderer,
  type Drawing,
  drawingKey,
  type Image,
  type ImageOptions,
  imageOf,
} from "../../qr/image_renderer.js";
import { ticketNotFound } from "../http/http_error.js";
import type { Sealer } from "./sealer.js";
import { createSingleFlight } from "./single_flight.js";

/** Caller who asks for a picture. */
export interface ImageCaller {
  /** The address, as it is counted: addresses take turns. */
  readonly address: string;
  /** Aborted when nobody waits for the picture any more. */
  readonly signal: AbortSignal;
}

/** Draws QR codes, and remembers what it has drawn. */
export interface QrImages {
  /**
   * A name under which the picture can be asked for. It holds the text to draw, sealed, so that any node can draw it, and
   * nothing but what we have made is drawn. It is no handle: with it one can look at the code and nothing else.
   */
  sealName(qrContent: string, expiresAt: number): Promise<string>;
  /** The picture of this name. Refuses with TICKET_NOT_FOUND, and as {@link QrImages.draw} does. */
  drawNamed(name: string, options: ImageOptions, by: ImageCaller): Promise<Image>;
  /**
   * The picture of a text, for this once. Refuses with INVALID_REQUEST where it does not fit the size, RATE_LIMITED when too
   * many wait.
   */
  draw(qrContent: string, options: ImageOptions, by: ImageCaller): Promise<Image>;
  close(): Promise<void>;
}

/** So many drawings are remembered: a few megabytes. */
const maxCachedDrawings = 1_000;

export function createQrImages(sealer: Sealer): QrImages {
  // Two queues: whoever asks for many pictures by name must not keep others from a code of their own.
  const namedRenderer = createImageRenderer();
  const directRenderer = createImageRenderer();
  const drawingCache = new LRUCache<string, Drawing>({ max: maxCachedDrawings });
  const pendingDrawings = createSingleFlight<Drawing>();

  async function cachedDrawing(
    qrContent: string,
    options: ImageOptions,
    { address, signal }: ImageCaller,
  ): Promise<Drawing> {
    const name = drawingKey(qrContent, options);
    const known = drawingCache.get(name);
    if (known) return known;
    const drawing = await pendingDrawings.run(
      name,
      (abandoned) => namedRenderer.draw(qrContent, options, { caller: address, signal: abandoned }),
      signal,
    );
    drawingCache.set(name, drawing);
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
      directRenderer.render(qrContent, options, { caller: address, signal }),
    async close() {
      drawingCache.clear();
      await Promise.all([namedRenderer.close(), directRenderer.close()]);
    },
  };
}
