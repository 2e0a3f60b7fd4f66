import type { Page, Route } from "playwright-core";

/** Appearance in which the widget is shown. */
export type Appearance = "light" | "dark" | "narrow" | "chinese" | "right-to-left";

/** Status that the gateway returns to bring the widget into each state. */
const statuses = {
  phone: undefined,
  loading: undefined,
  waiting: { state: "PENDING" },
  offline: undefined,
  scanned: { state: "SCANNED", scannedBy: true },
  "scanned, unknown": { state: "SCANNED" },
  "check code": { state: "AWAITING_CHECK_CODE", scannedBy: true, checkCode: { digits: 6, attemptsLeft: 3 } },
  "check code, wrong": {
    state: "AWAITING_CHECK_CODE",
    scannedBy: true,
    checkCode: { digits: 6, attemptsLeft: 2 },
  },
  "check code, too often": { state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED" },
  success: { state: "AUTHORIZED", scannedBy: true, exchangeTicket: "spent" },
  cancelled: { state: "CANCELLED", cancelReason: "CANCELLED_BY_APPROVER" },
  expired: { state: "EXPIRED" },
  renewed: { state: "PENDING" },
  error: undefined,
} as const;

type State = keyof typeof statuses;

/** State of which the status comes before that of another one. */
const before: Partial<Record<State, State>> = { "check code, wrong": "check code" };

/** Number of renewals that the widget may make. One state shows a renewed code. */
const renewals: Partial<Record<State, number>> = { renewed: 1 };

const portrait = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#6d28d9"/>' +
    '<text x="32" y="44" font-family="sans-serif" font-size="36" text-anchor="middle" fill="#fff">A</text></svg>',
)}`;

/**
 * Shows all states of the widget at once. The codes are real; their statuses are mocked here in place of the
 * gateway's.
 */
export async function showStates(page: Page, origin: string, look: Appearance): Promise<void> {
  const names = Object.keys(statuses) as State[];
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.route(`${origin}/states`, (route) =>
    route.fulfill({ contentType: "text/html", body: createPage(names, look) }),
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
  await page.goto(`${origin}/states`);
  const shown = [
    "phone",
    "waiting",
    "waiting",
    "waiting",
    "loading",
    "scanned",
    "scanned",
    "checkCode",
    "checkCode",
    "checkCodeFailed",
    "succeeded",
    "cancelled",
    "expired",
    "failed",
  ];
  await page.waitForFunction(
    `JSON.stringify([...document.querySelectorAll("figure div.place")].map(({ firstChild }) =>
      firstChild.shadowRoot.querySelector(".box").dataset.kind).sort()) === ${JSON.stringify(JSON.stringify(shown.sort()))}`,
  );
  await page.waitForFunction(`[...document.querySelectorAll("figure div.place")].every(({ firstChild }) =>
    firstChild.shadowRoot.querySelector("[data-kind=waiting] .code:not(.loaded)") === null &&
    [...firstChild.shadowRoot.querySelectorAll("img")].every((image) => !image.src || image.naturalWidth > 0))`);
}

/** Responds in place of the gateway, at `/state/STATE/qrlogin/v1/…`. */
async function answer(route: Route, origin: string, instead: State | undefined): Promise<void> {
  const { pathname, search } = new URL(route.request().url());
  const [, , name = "", ...rest] = pathname.split("/");
  const state = instead ?? (decodeURIComponent(name) as State);
  const path = `/${rest.join("/")}`;
  if (state === "loading") return;
  if (state === "error")
    return route.fulfill({ status: 500, json: { reason: "INTERNAL", detail: "internal error" } });
  if (path === "/qrlogin/v1/tickets" || path.includes("/pictures/"))
    return route.fulfill({ response: await route.fetch({ url: origin + path + search }) });
  if (!statuses[state]) return route.abort();
  const earlier = before[state];
  const sent = [...(earlier ? [statusOf(earlier, 1)] : []), statusOf(state, 2)];
  if (path.endsWith("/status")) return route.fulfill({ json: sent.at(-1) });
  return route.fulfill({
    contentType: "text/event-stream",
    body: sent.map((status) => `event: status\ndata: ${JSON.stringify(status)}\n\n`).join(""),
  });
}

function statusOf(state: State, revision: number): object {
  const status = statuses[state] ?? {};
  return {
    ...{ revision, remainingMs: 83_000, exchangeTicket: null, cancelReason: null, checkCode: null },
    ...status,
    scannedBy: "scannedBy" in status ? { nickname: "Alice", photoUrl: portrait } : null,
  };
}

function createPage(names: readonly State[], look: Appearance): string {
  const [paper, ink] = look === "dark" ? ["#11151c", "#eef1f6"] : ["#f4f2ed", "#1a2230"];
  const width = look === "narrow" ? 220 : 300;
  const options = {
    theme: look === "dark" ? "dark" : "light",
    language: look === "chinese" ? "zh-CN" : "en",
  };
  const places = names.map(
    (name) =>
      `<figure><figcaption>${name}</figcaption><div class="place" data-state="${name}" data-renewals="${renewals[name] ?? 0}" data-device="${name === "phone" ? "phone" : "computer"}"></div></figure>`,
  );
  return `<!doctype html><html lang="en"${look === "right-to-left" ? ' dir="rtl"' : ""}><meta charset="utf-8"><style>
body{margin:0;background:${paper};color:${ink};font:14px/1.4 system-ui,sans-serif}
main{display:grid;grid-template-columns:repeat(${look === "narrow" ? 5 : 3},${width}px);gap:28px;padding:28px;inline-size:fit-content;align-items:start}
figure{margin:0}figcaption{margin-block-end:8px;opacity:.75}</style>
<main>${places.join("")}</main><script src="/qrlogin/v1/widget.js"></script>
<script>for(const place of document.querySelectorAll(".place"))
QrLogin.startScanning(place,{...${JSON.stringify(options)},renewals:Number(place.dataset.renewals),device:place.dataset.device,gateway:"/state/"+encodeURIComponent(place.dataset.state)})</script>`;
}
