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

/** Warns the developer of the page if the code is too dense for its size. */
export function warnIfDense(qrContent: string, { clientWidth, clientHeight }: HTMLElement): void {
  const warning = describeDensity(qrContent, Math.min(clientWidth, clientHeight));
  // biome-ignore lint/suspicious/noConsole: it is for the developer of the page. The code may still be scanned.
  if (warning !== undefined) console.warn(`qrlogin: ${warning}`);
}
