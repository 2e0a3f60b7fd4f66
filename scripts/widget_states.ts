import type { Page, Route } from "playwright-core";

/** Appearance in which the widget is shown. */
export type Appearance = "light" | "dark" | "narrow" | "chinese" | "right-to-left" | "forced-colors";

/** A state of the widget: the kind that its view then has, and the response of the gateway that leads there. */
interface WidgetState {
  readonly kind: string;
  /** Status of the ticket. */
  readonly status?: object;
  /** Error response to a request for a code. */
  readonly error?: { readonly status: number; readonly reason: string };
  /** Renewals that the widget may make; 0 by default. */
  readonly renewals?: number;
  /** Options of the widget. */
  readonly options?: object;
}

const scannedBy = true;
const longName = "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine";
const checkCode = { digits: 6, attemptsLeft: 3 };

const states: Readonly<Record<string, WidgetState>> = {
  phone: { kind: "phone", options: { device: "phone" } },
  loading: { kind: "loading" },
  "loading, offline": { kind: "loading" },
  waiting: { kind: "waiting", status: { state: "PENDING" } },
  offline: { kind: "waiting" },
  scanned: { kind: "scanned", status: { state: "SCANNED", scannedBy } },
  "scanned, unknown": { kind: "scanned", status: { state: "SCANNED" } },
  "scanned, long name": { kind: "scanned", status: { state: "SCANNED", scannedBy: longName } },
  "check code": { kind: "checkCode", status: { state: "AWAITING_CHECK_CODE", scannedBy, checkCode } },
  "check code, wrong": {
    kind: "checkCode",
    status: { state: "AWAITING_CHECK_CODE", scannedBy, checkCode: { ...checkCode, attemptsLeft: 2 } },
  },
  "check code, too often": {
    kind: "checkCodeFailed",
    status: { state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED" },
  },
  success: { kind: "succeeded", status: { state: "AUTHORIZED", scannedBy, exchangeTicket: "spent" } },
  cancelled: { kind: "cancelled", status: { state: "CANCELLED", cancelReason: "CANCELLED_BY_APPROVER" } },
  expired: { kind: "expired", status: { state: "EXPIRED" } },
  renewed: { kind: "waiting", status: { state: "PENDING" }, renewals: 1 },
  error: { kind: "failed", error: { status: 500, reason: "INTERNAL" } },
  "error, origin": { kind: "failed", error: { status: 403, reason: "ORIGIN_NOT_ALLOWED" } },
  "error, cookies": { kind: "failed", error: { status: 403, reason: "COOKIE_MISSING" } },
  "error, no https": { kind: "failed", error: { status: 403, reason: "HTTPS_REQUIRED" } },
  "error, sign-ins disabled": { kind: "failed", error: { status: 403, reason: "SIGN_IN_DISABLED" } },
};

/** Sizes of the image, and of the widget. */
const sizes: Readonly<Record<string, object>> = {
  "96 x 96": { size: { width: 96, height: 96 } },
  "160 x 160": { size: { width: 160, height: 160 } },
  "300 x 200": { size: { width: 300, height: 200 } },
  "200 x 300": { size: { width: 200, height: 300 } },
  "420 x 420": { size: { width: 420, height: 420 } },
  "container 200": { containerSize: { width: 200, height: 200 } },
  "container 520": { containerSize: { width: 520, height: 520 } },
};

const portrait = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#6d28d9"/>' +
    '<text x="32" y="44" font-family="sans-serif" font-size="36" text-anchor="middle" fill="#fff">A</text></svg>',
)}`;

/**
 * Shows all states of the widget at once. The codes are real; their statuses are mocked here in place of the
 * gateway's.
 */
export async function showStates(page: Page, origin: string, look: Appearance): Promise<void> {
  const places = Object.entries(states).map(([name, { options, renewals = 0 }]) => ({
    name,
    state: name,
    options: { device: "computer", renewals, ...options },
  }));
  await showPlaces(page, origin, places, look);
}

/** Shows the widget in several sizes, each in three states. */
export async function showSizes(page: Page, origin: string): Promise<void> {
  const places = Object.entries(sizes).flatMap(([name, options]) =>
    ["waiting", "scanned", "check code"].map((state) => ({
      name: `${name}, ${state}`,
      state,
      options: { device: "computer", ...options },
    })),
  );
  await showPlaces(page, origin, places, "light");
}

/** Shows the widget as a dialog in this state. Its button that closes it has the focus of the keyboard. */
export async function showDialog(page: Page, origin: string, state: string): Promise<void> {
  await showPlaces(page, origin, [], "light");
  await page.evaluate(
    `void QrLogin.startScanning(undefined, { device: "computer", renewals: 0, gateway: "/state/${encodeURIComponent(state)}" })`,
  );
  await page.locator(`.box[data-kind=${states[state]?.kind}]`).waitFor();
  await page.locator("button.close").focus();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
}

/** A widget on the page. */
interface Place {
  readonly name: string;
  readonly state: string;
  readonly options: object;
}

async function showPlaces(
  page: Page,
  origin: string,
  places: readonly Place[],
  look: Appearance,
): Promise<void> {
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.route(`${origin}/states`, (route) =>
    route.fulfill({ contentType: "text/html", body: createPage(places, look) }),
  );
  let renewed = false;
  await page.route(`${origin}/state/**`, (route) => {
    // The first code of this state expires; the second one waits.
    const expires =
      route.request().url().includes("/state/renewed/") && route.request().url().includes("/events");
    const expired = expires && !renewed;
    renewed ||= expires;
    return answer(route, origin, expired ? "expired" : undefined);
  });
  if (look === "forced-colors") await page.emulateMedia({ forcedColors: "active" });
  await page.goto(`${origin}/states`);
  const shown = JSON.stringify(places.map(({ state }) => states[state]?.kind));
  await page.waitForFunction(
    `JSON.stringify([...document.querySelectorAll("figure div.place")].map(({ firstChild }) =>
      firstChild.shadowRoot.querySelector(".box")?.dataset.kind)) === ${JSON.stringify(shown)}`,
  );
  await page.waitForFunction(`[...document.querySelectorAll("figure div.place")].every(({ firstChild }) =>
    firstChild.shadowRoot.querySelector("[data-kind=waiting] .code:not(.loaded)") === null &&
    [...firstChild.shadowRoot.querySelectorAll("img")].every((image) => !image.src || image.naturalWidth > 0))`);
}

/** Responds in place of the gateway, at `/state/STATE/qrlogin/v1/…`. */
async function answer(route: Route, origin: string, instead: string | undefined): Promise<void> {
  const { pathname, search } = new URL(route.request().url());
  const [, , name = "", ...rest] = pathname.split("/");
  const state = instead ?? decodeURIComponent(name);
  const path = `/${rest.join("/")}`;
  const { error, status } = states[state] ?? {};
  const isPassed = path === "/qrlogin/v1/tickets" || path.includes("/pictures/");
  if (path.includes("/languages/") || (isPassed && !error && !state.startsWith("loading"))) {
    // The page may be closed before its last request is answered.
    const response = await route.fetch({ url: origin + path + search }).catch(() => undefined);
    return response ? route.fulfill({ response }).catch(() => {}) : undefined;
  }
  if (state === "loading") return;
  if (error)
    return route.fulfill({ status: error.status, json: { ...error, detail: "mocked for the picture" } });
  if (!status) return route.abort();
  // The widget learns of a wrong check code from the difference to the status before.
  const earlier = state === "check code, wrong" ? [statusOf("check code", 1)] : [];
  const sent = [...earlier, statusOf(state, 2)];
  if (path.endsWith("/status")) return route.fulfill({ json: sent.at(-1) });
  return route.fulfill({
    contentType: "text/event-stream",
    body: sent.map((each) => `event: status\ndata: ${JSON.stringify(each)}\n\n`).join(""),
  });
}

function statusOf(state: string, revision: number): object {
  const { scannedBy: scanner, ...status } = Object(states[state]?.status);
  const nickname = scanner === true ? "Alice" : scanner;
  return {
    ...{ revision, remainingMs: 83_000, exchangeTicket: null, cancelReason: null, checkCode: null },
    ...status,
    scannedBy: nickname ? { nickname, photoUrl: portrait } : null,
  };
}

function createPage(places: readonly Place[], look: Appearance): string {
  const [paper, ink] = look === "dark" ? ["#11151c", "#eef1f6"] : ["#f4f2ed", "#1a2230"];
  const width = look === "narrow" ? 220 : 300;
  const common = {
    theme: look === "dark" ? "dark" : "light",
    language: look === "chinese" ? "zh-CN" : "en",
  };
  const figures = places.map(
    ({ name }) => `<figure><figcaption>${name}</figcaption><div class="place"></div></figure>`,
  );
  const scripted = places.map(({ state, options }) => ({
    ...common,
    ...options,
    gateway: `/state/${encodeURIComponent(state)}`,
  }));
  return `<!doctype html><html lang="en"${look === "right-to-left" ? ' dir="rtl"' : ""}><meta charset="utf-8"><style>
body{margin:0;background:${paper};color:${ink};font:14px/1.4 system-ui,sans-serif}
main{display:grid;grid-template-columns:repeat(${look === "narrow" ? 5 : 3},minmax(${width}px,max-content));gap:28px;padding:28px;inline-size:fit-content;align-items:start}
.place{${look === "narrow" ? "inline-size:220px" : ""}}
figure{margin:0}figcaption{margin-block-end:8px;opacity:.75}</style>
<main>${figures.join("")}</main><script src="/qrlogin/v1/widget.js"></script>
<script>const options=${JSON.stringify(scripted)};
document.querySelectorAll(".place").forEach((place,index)=>QrLogin.startScanning(place,options[index]))</script>`;
}
