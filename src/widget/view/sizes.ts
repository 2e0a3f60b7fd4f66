import type { ScanOptions } from "../options.js";
import { describeDensity } from "./density.js";
import type { Elements } from "./elements.js";

/** Applies the sizes of the options. Everything below the image is as wide as the image. */
export function applySizes({ size, containerSize }: ScanOptions, { box, frame }: Elements): void {
  if (size) {
    box.style.setProperty("--size", `${size.width}px`);
    box.style.setProperty("--height", `${size.height}px`);
    frame.style.aspectRatio = `${size.width} / ${size.height}`;
  }
  if (containerSize) {
    box.style.inlineSize = `${containerSize.width}px`;
    box.style.minBlockSize = `${containerSize.height}px`;
  }
}

/** Returns the shorter edge of the code in CSS pixels, or 0 if the page does not show it. */
const edgeOf = ({ clientWidth, clientHeight }: HTMLElement): number => Math.min(clientWidth, clientHeight);

/**
 * Returns the address of an image with exactly the pixels of the screen that it takes. All its modules are then equally
 * wide, which readers need. Images of other sizes are scaled.
 */
export function withPixelSize(url: string, frame: HTMLElement): string {
  const size = Math.round(edgeOf(frame) * devicePixelRatio);
  return size >= 64 && size <= 1_024 ? `${url}?size=${size}` : url;
}

/** Warns the developer of the page if the code is too dense for its size. */
export function warnIfDense(qrContent: string, frame: HTMLElement): void {
  const warning = describeDensity(qrContent, edgeOf(frame));
  // biome-ignore lint/suspicious/noConsole: it is for the developer of the page. The code may still be scanned.
  if (warning !== undefined) console.warn(`qrlogin: ${warning}`);
}
