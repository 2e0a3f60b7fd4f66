import type { ScanOptions } from "../options.js";
import type { Elements } from "./elements.js";

/** Width of a module below which cameras misread codes, in CSS pixels. */
const minModulePx = 3;

/** Applies the sizes of the options. Everything below the image is as wide as the image. */
export function applySizes({ size, containerSize }: ScanOptions, { box, frame }: Elements): void {
  if (size) {
    box.style.setProperty("--size", `${size.width}px`);
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

/** Warns the developer of the page of a code whose modules are too narrow for cameras at this size. */
export function warnIfDense(qrContent: string, frame: HTMLElement): void {
  const edge = edgeOf(frame);
  // Estimate for the error correction M, with a margin of four modules on each side.
  const modules = Math.round(Math.sqrt(qrContent.length / 0.0685)) + 8;
  if (edge === 0 || edge >= modules * minModulePx) return;
  console.warn(
    `qrlogin: a code of about ${modules} modules in ${edge} pixels is hard to scan. Set size to ${modules * minModulePx} or more, or shorten customData.`,
  );
}
