import type { ScanOptions } from "./options.js";
import type { Scene, Stage } from "./session.js";
import { styles } from "./styles.js";
import { type Texts, languageOf, mergedTexts } from "./texts.js";

/** What the person does. */
export interface Actions {
  again(): void;
  pictured(loaded: boolean): void;
}

export interface View extends Stage {
  remove(): void;
}

const icon = (path: string) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;

/** No text of anybody else ever becomes markup: these are ours, and all else is set as text. */
const icons: Readonly<Record<Scene["kind"], string>> = {
  loading: icon("M12 3a9 9 0 1 0 9 9"),
  waiting: "",
  scanned: icon("M5 12.5l4.5 4.5L19 7.5"),
  succeeded: icon("M5 12.5l4.5 4.5L19 7.5"),
  cancelled: icon("M6 6l12 12M18 6L6 18"),
  expired: icon("M12 7v5l3 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0"),
  failed: icon("M12 7v6M12 17h.01"),
};

/** Draws into the shadow of the element. */
export function createView(host: HTMLElement, options: ScanOptions, actions: Actions): View {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  dress(root);
  const language = options.language ?? (host.closest("[lang]")?.getAttribute("lang") || navigator.language);
  const texts = mergedTexts(language, options);
  const el = skeleton(root);
  const stopTheme = followTheme(host, options.theme ?? "auto");
  let ticking: ReturnType<typeof setInterval> | undefined;
  let scene: Scene = { kind: "loading" };
  let reached = true;
  let whole = 0;

  el.box.lang = languageOf(texts, language);
  el.box.dir = getComputedStyle(host).direction;
  el.box.setAttribute("aria-label", texts.title);
  el.title.textContent = texts.title;
  el.code.alt = texts.picture;
  el.middle.textContent = options.tips?.middleTitle ?? "";
  el.again.onclick = () => {
    actions.again();
    el.box.focus();
  };
  el.code.onload = () => actions.pictured(true);
  el.code.onerror = () => actions.pictured(false);
  sizeOf(options, el);

  function tell(): void {
    const said = reached || scene.kind === "succeeded" ? sayingOf(scene, texts) : texts.offline;
    if (el.state.textContent !== said) el.state.textContent = said;
  }

  function count(): void {
    if (!("until" in scene)) return;
    const left = Math.max(0, scene.until - Date.now());
    const seconds = Math.ceil(left / 1_000);
    el.time.textContent = texts.left.replace("{time}", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    el.bar.style.transform = `scaleX(${whole > 0 ? left / whole : 0})`;
  }

  return {
    show(next) {
      scene = next;
      const { kind } = next;
      el.box.dataset.kind = kind;
      if (kind === "waiting") {
        whole = next.code.remainingMs;
        el.code.src = next.code.url;
      }
      el.middle.hidden = kind !== "waiting" || el.middle.textContent === "";
      markOf(el, next, texts);
      el.left.hidden = !("until" in next);
      el.again.hidden = kind === "loading" || kind === "waiting" || kind === "succeeded";
      el.again.className = kind === "scanned" ? "quiet" : "";
      el.again.textContent = kind === "scanned" ? texts.notYou : texts.retry;
      tell();
      clearInterval(ticking);
      if ("until" in next) {
        count();
        ticking = setInterval(count, 1_000);
      }
    },
    reach(now) {
      reached = now;
      tell();
    },
    remove() {
      clearInterval(ticking);
      stopTheme();
      root.replaceChildren();
    },
  };
}

type Elements = ReturnType<typeof skeleton>;

function skeleton(root: ShadowRoot) {
  root.innerHTML =
    '<section class="box" tabindex="-1"><h2 class="title"></h2>' +
    '<div class="frame"><img class="code"><div class="middle"><span></span></div><div class="veil"></div></div>' +
    '<p class="state" role="status"></p><div class="left"><div class="bar"><i></i></div><span class="time" role="timer"></span></div>' +
    '<button class="again" type="button"></button></section>';
  const one = <T extends HTMLElement>(name: string) => root.querySelector(name) as T;
  return {
    box: one(".box"),
    title: one(".title"),
    frame: one(".frame"),
    code: one<HTMLImageElement>(".code"),
    middle: one(".middle span"),
    veil: one(".veil"),
    state: one(".state"),
    left: one(".left"),
    bar: one(".bar i"),
    time: one(".time"),
    again: one<HTMLButtonElement>(".again"),
  };
}

/** The picture of the person, or of what has happened. */
function markOf({ veil, box }: Elements, scene: Scene, texts: Texts): void {
  veil.replaceChildren();
  veil.hidden = scene.kind === "waiting";
  box.ariaBusy = String(scene.kind === "loading");
  const by = "by" in scene ? scene.by : null;
  const mark = document.createElement(by?.photoUrl ? "img" : "div");
  mark.className = `mark${scene.kind === "loading" ? " spin" : ""}`;
  if (mark instanceof HTMLImageElement && by) {
    mark.src = by.photoUrl;
    mark.alt = "";
    mark.referrerPolicy = "no-referrer";
  } else mark.innerHTML = icons[scene.kind];
  veil.append(mark);
  if (by?.nickname) {
    const name = document.createElement("span");
    name.textContent = texts.scannedBy.replace("{name}", by.nickname);
    veil.append(name);
  }
}

function sayingOf(scene: Scene, texts: Texts): string {
  switch (scene.kind) {
    case "loading":
      return texts.loading;
    case "waiting":
      return texts.waiting;
    case "scanned":
      return `${texts.scanned}. ${texts.confirm}`;
    case "succeeded":
      return texts.succeeded;
    case "cancelled":
      return texts.cancelled;
    case "expired":
      return texts.expired;
    case "failed":
      return texts.failed;
  }
}

/** As a sheet of the document and not as an element, which a strict content security policy would refuse. */
function dress(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
}

/** Keeps the theme as it is asked for, or as the system has it. The answer stops that. */
function followTheme(host: HTMLElement, theme: "light" | "dark" | "auto"): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const set = () => host.toggleAttribute("data-dark", theme === "dark" || (theme === "auto" && dark.matches));
  set();
  dark.addEventListener("change", set);
  return () => dark.removeEventListener("change", set);
}

function sizeOf({ size, containerSize }: ScanOptions, { box, frame }: Elements): void {
  const set = (element: HTMLElement, given: ScanOptions["size"]) => {
    if (!given) return;
    element.style.inlineSize = `${given.width}px`;
    element.style.blockSize = `${given.height}px`;
  };
  set(frame, size);
  set(box, containerSize);
}
