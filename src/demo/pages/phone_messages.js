// Messages by error reason, as the service and its gateway report it.
const messagesByReason = {
  QR_CONTENT_INVALID: "This is not a sign-in code. Scan the one that the website shows.",
  INVALID_REQUEST: "This is not a sign-in code. Scan the one that the website shows.",
  TICKET_EXPIRED: "This code has expired. The website shows you a new one.",
  TICKET_NOT_FOUND: "This code is unknown. It may be an old one: scan the one on the screen.",
  SCANNED_BY_ANOTHER_USER: "Someone else has already scanned this code. Get a new one from the website.",
  USER_POOL_MISMATCH: "This website is for users of another app. Your account cannot sign in there.",
  TICKET_CANCELLED: "This sign-in was cancelled. Get a new code from the website.",
  TICKET_ALREADY_AUTHORIZED: "You have already approved this sign-in.",
  TICKET_ALREADY_EXCHANGED: "This code has already been used. Each code works once.",
  USER_TOKEN_EXPIRED: "You are no longer signed in to the app. Sign in again.",
  RATE_LIMITED: "Too many requests. Try again in a moment.",
};
const unavailableMessage = "The sign-in service cannot be reached. Try again in a moment.";

/** Returns the message for an error. */
export function errorMessage({ reason, status } = {}) {
  return (
    messagesByReason[reason] ??
    (status === undefined || status >= 500 ? unavailableMessage : "The sign-in service rejected the request.")
  );
}

/** Returns true if a later attempt may succeed. */
export function isTransient({ reason, status }) {
  return status === undefined || status >= 500 || reason === "RATE_LIMITED";
}

/** Returns browser and system of a user agent, or the user agent itself if one is unknown. */
export function describeBrowser(userAgent = "") {
  const browser = browsers.find(([, pattern]) => pattern.test(userAgent));
  const system = systems.find(([, pattern]) => pattern.test(userAgent));
  return browser && system ? `${browser[0]} on ${system[0]}` : userAgent;
}

/** Returns a duration as `1:05`. */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// The order matters: a user agent also contains the names of entries below its own.
const browsers = [
  ["Edge", /\bEdgA?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(HeadlessChrome|Chrome|CriOS)\//],
  ["Safari", /\bSafari\//],
];
const systems = [
  ["Windows", /\bWindows\b/],
  ["an iPhone", /\biPhone\b/],
  ["an iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["a Chromebook", /\bCrOS\b/],
  ["a Mac", /\bMacintosh\b/],
  ["Linux", /\bLinux\b/],
];
