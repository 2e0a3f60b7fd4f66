import { createImageRenderer, type Image, type ImageOptions } from "../qr/image.js";
import { ticketNotFound } from "./refusal.js";
import type { Seal } from "./seal.js";

/** Draws QR codes, and remembers what it has drawn. */
export interface Pictures {
  /**
   * A name under which the picture can be asked for. It holds the text to draw, sealed, so that any node can draw it, and
   * nothing but what we have made is drawn. It is no handle: with it one can look at the code and nothing else.
   */
  name(qrContent: string, expiresAt: number): Promise<string>;
  /** The picture of this name. Refuses with TICKET_NOT_FOUND, and as {@link Pictures.draw} does. */
  named(name: string, options: ImageOptions, signal: AbortSignal): Promise<Image>;
  /**
   * The picture of a text, for this once. Refuses with INVALID_REQUEST where it does not fit the size, RATE_LIMITED when too
   * many wait.
   */
  draw(qrContent: string, options: ImageOptions): Promise<Image>;
  close(): Promise<void>;
}

/** So many pictures are remembered: a few megabytes. */
const maxRemembered = 1_000;

export function createPictures(seal: Seal): Pictures {
  // Two queues: whoever asks for many pictures by name must not keep others from a code of their own.
  const byName = createImageRenderer();
  const atOnce = createImageRenderer();
  const drawn = new Map<string, Image>();

  async function remembered(qrContent: string, options: ImageOptions, signal: AbortSignal): Promise<Image> {
    const key = JSON.stringify([
      options.format,
      options.size,
      options.margin,
      options.errorCorrection,
      qrContent,
    ]);
    const known = drawn.get(key);
    if (known) return known;
    const image = await byName.render(qrContent, options, signal);
    const [oldest] = drawn.keys();
    if (drawn.size >= maxRemembered && oldest !== undefined) drawn.delete(oldest);
    drawn.set(key, image);
    return image;
  }

  return {
    name: (qrContent, expiresAt) => seal.seal("picture", qrContent, { expiresAt }),
    async named(name, options, signal) {
      const opened = await seal.open("picture", name);
      if (typeof opened?.content !== "string") throw ticketNotFound();
      return remembered(opened.content, options, signal);
    },
    draw: (qrContent, options) => atOnce.render(qrContent, options),
    async close() {
      drawn.clear();
      await Promise.all([byName.close(), atOnce.close()]);
    },
  };
}
