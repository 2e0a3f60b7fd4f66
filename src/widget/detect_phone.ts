/** Device that the page is on. `auto` detects it. */
export type Device = "auto" | "computer" | "phone";

/** Properties of a browser's window that show which device it runs on. */
export interface DeviceWindow {
  readonly navigator: { readonly userAgentData?: { readonly mobile: boolean } };
  readonly screen: { readonly width: number; readonly height: number };
  matchMedia(query: string): { readonly matches: boolean };
}

/** Shorter edge of the smallest tablets, in CSS pixels. It is also the limit that Android's layouts use. */
const minTabletEdge = 600;

/**
 * Returns true if the page is on a phone. Decides by the device and not by the window, which may be a narrow one on
 * a computer. A tablet is no phone, since a phone can scan its screen.
 *
 * Chromium reports phones itself (user agent client hints). That is trusted, since a small touch screen alone may also
 * be a till or a kiosk. Safari and Firefox report only the kind of pointer and the size of the screen.
 */
export function isPhone(
  device: Device | undefined,
  { navigator, screen, matchMedia }: DeviceWindow = globalThis as unknown as DeviceWindow,
): boolean {
  const isSmall = () => Math.min(screen.width, screen.height) < minTabletEdge;
  const isTouched = () => matchMedia("(pointer: coarse) and (hover: none)").matches;
  const isDetected = navigator.userAgentData?.mobile ?? (isSmall() && isTouched());
  return device === "phone" || (device !== "computer" && isDetected);
}
