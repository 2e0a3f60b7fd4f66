/** Width of a module below which cameras misread codes, in CSS pixels. */
const minModulePx = 3;

/**
 * Returns what is wrong with a code whose modules are too narrow for cameras, or undefined.
 *
 * @param edge Edge of its image in CSS pixels; 0 if the page does not show it.
 */
export function describeDensity({ length }: string, edge: number): string | undefined {
  // Estimate for error correction M, with a margin of four modules on each side.
  const modules = Math.round(Math.sqrt(length / 0.0685)) + 8;
  const needed = modules * minModulePx;
  return edge === 0 || edge >= needed
    ? undefined
    : `the code is too dense: set size to ${needed}, or shorten customData`;
}
