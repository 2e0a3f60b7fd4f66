// What the phone says to people. The reasons are those of the service and its gateway.
const messagesByReason = {
  QR_CONTENT_INVALID: "This is not a code to sign in with. Scan the one that the website shows.",
  INVALID_REQUEST: "This is not a code to sign in with. Scan the one that the website shows.",
  TICKET_EXPIRED: "This code has run out. The website shows you a new one.",
  TICKET_NOT_FOUND: "Nobody knows this code. Perhaps it is an old one: scan the one on the screen.",
  SCANNED_BY_ANOTHER_USER:
    "Somebody else has scanned this code already, so it is theirs. Get a new one from the website.",
  USER_POOL_MISMATCH: "This website signs in the users of another app. Your account is not among them.",
  TICKET_CANCELLED: "This sign-in was cancelled. Get a new code from the website.",
  TICKET_ALREADY_AUTHORIZED: "You have already agreed to this sign-in.",
  TICKET_ALREADY_EXCHANGED: "This code has been used already. Each one works once.",
  USER_TOKEN_EXPIRED: "You are no longer signed in to the app.",
  RATE_LIMITED: "Too much is going on right now. Try again in a moment.",
};
const unavailableMessage = "The sign-in service cannot be reached. Try again in a moment.";

/** Why it did not work, for the person who holds the phone. */
export function errorMessage({ reason, status } = {}) {
  return (
    messagesByReason[reason] ??
    (status === undefined || status >= 500 ? unavailableMessage : "The sign-in service refused.")
  );
}

/** Whether it may go well in a moment. */
export function isTransient({ reason, status }) {
  return status === undefined || status >= 500 || reason === "RATE_LIMITED";
}

/** A user agent as people would put it; what nobody knows stays as it is. */
export function describeBrowser(userAgent = "") {
  const browser = browsers.find(([, pattern]) => pattern.test(userAgent));
  const system = systems.find(([, pattern]) => pattern.test(userAgent));
  return browser && system ? `${browser[0]} on ${system[0]}` : userAgent;
}

/** A duration as 1:05. */
export function formatDuration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// Each one also names those below it, so the order counts.
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
