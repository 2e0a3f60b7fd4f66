import { isLoopbackUrl } from "./address.js";

/** Length of the longest name of an app, in characters. */
export const maxAppNameLength = 128;

/** Length of the longest logo, in characters. Each new ticket sends it to its page. */
const maxLogoLength = 4_096;

const imageTypes = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml)[;,]/;

/**
 * Returns what is wrong with the address of a logo, or undefined. A page shows the logo as an image, so a browser runs
 * no script in it. A path is that of the gateway's own origin.
 */
export function describeLogoProblem(logo: string): string | undefined {
  if (logo.length > maxLogoLength) return `must be at most ${maxLogoLength} characters`;
  return isLogo(logo)
    ? undefined
    : "must be an https URL (http on loopback only), a path such as /logo.png, or a data URL of an image, without spaces";
}

function isLogo(logo: string): boolean {
  // Browsers drop tabs and line breaks from a URL, and take a backslash for a slash.
  if (/[\s\\]/.test(logo)) return false;
  if (logo.startsWith("/")) return !logo.startsWith("//");
  if (imageTypes.test(logo)) return true;
  if (!/^https?:\/\//.test(logo) || !URL.canParse(logo)) return false;
  const url = new URL(logo);
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || isLoopbackUrl(url);
}
