import {
  createImageRenderer,
  type Drawing,
  drawingName,
  type Image,
  type ImageOptions,
  imageOf,
} from "../qr/image.js";
import { ticketNotFound } from "./refusal.js";
import type { Seal } from "./seal.js";
import { createSharedWork } from "./shared_work.js";

/** Caller who asks for a picture. */
export interface PictureCaller {
  /** The address, as it is counted: addresses take turns. */
  readonly address: string;
  /** Aborted when nobody waits for the picture any more. */
  readonly signal: AbortSignal;
}

/** Draws QR codes, and remembers what it has drawn. */
export interface Pictures {
  /**
   * A name under which the picture can be asked for. It holds the text to draw, sealed, so that any node can draw it, and
   * nothing but what we have made is drawn. It is no handle: with it one can look at the code and nothing else.
   */
  name(qrContent: string, expiresAt: number): Promise<string>;
  /** The picture of this name. Refuses with TICKET_NOT_FOUND, and as {@link Pictures.draw} does. */
  named(name: string, options: ImageOptions, by: PictureCaller): Promise<Image>;
  /**
   * The picture of a text, for this once. Refuses with INVALID_REQUEST where it does not fit the size, RATE_LIMITED when too
   * many wait.
   */
  draw(qrContent: string, options: ImageOptions, by: PictureCaller): Promise<Image>;
  close(): Promise<void>;
}

/** So many drawings are remembered: a few megabytes. */
const maxRemembered = 1_000;

export function createPictures(seal: Seal): Pictures {
  // Two queues: whoever asks for many pictures by name must not keep others from a code of their own.
  const byName = createImageRenderer();
  const atOnce = createImageRenderer();
  const drawn = new Map<string, Drawing>();
  const drawings = createSharedWork<Drawing>();

  async function remembered(
    qrContent: string,
    options: ImageOptions,
    { address, signal }: PictureCaller,
  ): Promise<Drawing> {
    const name = drawingName(qrContent, options);
    const known = drawn.get(name);
    if (known) return known;
    const drawing = await drawings.ask(
      name,
      (unwanted) => byName.draw(qrContent, options, { caller: address, signal: unwanted }),
      signal,
    );
    const [oldest] = drawn.keys();
    if (drawn.size >= maxRemembered && oldest !== undefined) drawn.delete(oldest);
    drawn.set(name, drawing);
    return drawing;
  }

  return {
    name: (qrContent, expiresAt) => seal.seal("picture", qrContent, { expiresAt }),
    async named(name, options, by) {
      const opened = await seal.open("picture", name);
      if (typeof opened?.content !== "string") throw ticketNotFound();
      return imageOf(await remembered(opened.content, options, by), options);
    },
    draw: (qrContent, options, { address, signal }) =>
      atOnce.render(qrContent, options, { caller: address, signal }),
    async close() {
      drawn.clear();
      await Promise.all([byName.close(), atOnce.close()]);
    },
  };
}
