import type { FastifyInstance } from "fastify";

/** The exact content security policy that the widget needs, as docs/widget.md states it. */
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

const html = (lang: string, dir: string) => `<!doctype html>
<html lang="${lang}" dir="${dir}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Example Shop</title>
<link rel="icon" href="data:,">
<script src="/qrlogin/v1/widget.js"></script>
<script src="/page.js"></script>
<main><h1>Example Shop</h1><button id="before">Before</button><div id="qrcode"></div><div id="other"></div></main>
</html>
`;

// `recordCall` is defined by the test: see widget_environment.ts. Uncaught errors of the page are recorded too.
const script = `
const callbackNames = ["onStart", "onResult", "onCodeChange", "onScanned", "onCheckCode", "onSuccess", "onCancel", "onExpired", "onError", "onRetry", "onMfa",
  "onCodeShow", "onCodeLoaded", "onCodeLoadFailed", "onCodeDestroyed"];
const toJsonValue = (value) => value === undefined ? null : JSON.parse(JSON.stringify(value));
globalThis.callbacks = () => Object.fromEntries(callbackNames.map((name) => [name, (...values) => recordCall(name, values.map(toJsonValue))]));
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  recordCall("cspViolation", [violatedDirective, blockedURI]));
addEventListener("error", ({ message }) => recordCall("uncaughtError", [message]));
`;

/** Serves a site's page from the gateway's own origin: `/`, with `?lang=` and `?dir=`. */
export async function pageRoutes(server: FastifyInstance): Promise<void> {
  server.get("/", async (request, reply) => {
    const { lang = "en", dir = "ltr" } = request.query as { lang?: string; dir?: string };
    return reply
      .header("content-security-policy", contentSecurityPolicy)
      .type("text/html")
      .send(html(lang, dir));
  });
  server.get("/page.js", async (_request, reply) => reply.type("text/javascript").send(script));
}

/**
 * Script that runs before the page's own. It counts timers, listeners and streams, can mute streams as after a
 * laptop's sleep, and can hide the page.
 */
export const instrumentation = `(() => {
  const timers = new Set();
  const listeners = [];
  const sources = new Set();
  let muted = false;
  let streams = 0;
  for (const kind of ["Timeout", "Interval"]) {
    const set = globalThis["set" + kind];
    const clear = globalThis["clear" + kind];
    globalThis["set" + kind] = (callback, ms) => {
      const id = set(() => {
        if (kind === "Timeout") timers.delete(id);
        callback();
      }, ms);
      timers.add(id);
      return id;
    };
    globalThis["clear" + kind] = (id) => {
      timers.delete(id);
      clear(id);
    };
  }
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  // Counts the events that the widget listens to. Playwright listens to others.
  const watched = ["visibilitychange", "online", "offline", "pageshow", "change"];
  const isLasting = (target) => target === window || target === document || target instanceof MediaQueryList;
  EventTarget.prototype.addEventListener = function (type, callback, ...more) {
    const target = this ?? window;
    if (isLasting(target) && watched.includes(type)) listeners.push([target, type, callback]);
    add.call(target, type, callback, ...more);
  };
  EventTarget.prototype.removeEventListener = function (type, callback, ...more) {
    const target = this ?? window;
    const index = listeners.findIndex(([on, of, by]) => on === target && of === type && by === callback);
    if (index >= 0) listeners.splice(index, 1);
    remove.call(target, type, callback, ...more);
  };
  globalThis.EventSource = class extends EventSource {
    constructor(...args) {
      super(...args);
      streams++;
      sources.add(this);
    }
    addEventListener(type, callback) {
      super.addEventListener(type, (event) => muted || callback(event));
    }
    set onerror(callback) {
      this.addEventListener("error", callback);
    }
    close() {
      sources.delete(this);
      super.close();
    }
  };
  Object.assign(globalThis, {
    muteStreams: (now) => (muted = now),
    countStreams: () => streams,
    countResources: () => ({ timers: timers.size, listeners: listeners.length, sources: sources.size }),
    setHidden: (hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    },
  });
})()`;
