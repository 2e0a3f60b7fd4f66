import { styles } from "../../../gen/widget/styles.js";
import type { View } from "../create_world.js";
import type { ViewState } from "../machine/effects.js";
import type { ScanOptions } from "../options.js";
import { createElement, createIcon } from "./icons.js";
import { languageOf, mergeTexts, type Texts } from "./texts.js";

/** Actions of the user, and events of the image. */
export interface ViewActions {
  restart(): void;
  imageLoaded(isLoaded: boolean): void;
  /** Runs when the user closes the dialog. */
  close(): void;
}

export interface MountedView extends View {
  remove(): void;
}

/**
 * Creates the view, in place or as a modal dialog. Renders into a shadow root of `host`, which must belong to the
 * widget alone.
 */
export function createView(
  host: HTMLElement,
  options: ScanOptions,
  isDialog: boolean,
  actions: ViewActions,
): MountedView {
  const language = options.language ?? detectLanguage(host);
  const texts = mergeTexts(language, options);
  const elements = createElements(texts, options.tips?.middleTitle ?? "");
  const root = host.attachShadow({ mode: "open" });
  applyStyles(root);
  const stopWatchingTheme = watchTheme(host, options.theme);
  let countdownTimer: ReturnType<typeof setInterval> | undefined;
  let viewState: ViewState = { kind: "loading" };
  let online = true;
  let totalMs = 0;

  elements.box.lang = languageOf(texts, language);
  applySizes(options, elements);
  elements.restartButton.onclick = actions.restart;
  elements.image.onload = () => {
    setImageLoaded(true);
    actions.imageLoaded(true);
  };
  elements.image.onerror = () => actions.imageLoaded(false);
  if (isDialog) showDialog(root, elements.box, texts, actions);
  else root.append(elements.box);

  /** Hides the overlay, which shows a spinner, once the image has loaded. */
  function setImageLoaded(isLoaded: boolean): void {
    elements.image.classList.toggle("loaded", isLoaded);
    if (viewState.kind === "waiting") elements.overlay.hidden = isLoaded;
  }

  function announce(): void {
    const isOffline = !online && /^(loading|waiting|scanned)$/.test(viewState.kind);
    elements.box.classList.toggle("offline", isOffline);
    const message = isOffline ? texts.offline : texts[viewState.kind];
    // The name over the code is hidden from screen readers, so the status text repeats it.
    const name = !isOffline && "scannedBy" in viewState && viewState.scannedBy.nickname;
    const greeting = name ? `${texts.scannedBy.replace("{name}", () => name)}. ` : "";
    // Setting the same text again would announce it again.
    if (elements.statusText.textContent === greeting + message) return;
    elements.statusText.replaceChildren(
      createElement("span", { className: "visually-hidden", textContent: greeting }),
      message,
    );
  }

  function updateCountdown(): void {
    if (!("until" in viewState)) return;
    const remainingMs = Math.max(0, viewState.until - Date.now());
    const seconds = Math.ceil(remainingMs / 1_000);
    const formattedTime = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    elements.timeLeft.textContent = texts.timeLeft.replace("{time}", () => formattedTime);
    elements.bar.style.inlineSize = `${totalMs > 0 ? Math.min(100, (remainingMs / totalMs) * 100) : 0}%`;
  }

  return {
    show(nextState) {
      const { kind } = nextState;
      const isSameKind = kind === viewState.kind && elements.box.dataset.kind === kind;
      viewState = nextState;
      elements.box.dataset.kind = kind;
      if (kind === "waiting") {
        totalMs = nextState.code.remainingMs;
        setImageLoaded(false);
        elements.image.src = nextState.code.url;
      }
      elements.image.ariaHidden = String(kind !== "waiting");
      elements.caption.hidden = kind !== "waiting" || elements.caption.textContent === "";
      if (!isSameKind) renderOverlay(elements.overlay, nextState, texts);
      elements.countdown.hidden = !("until" in nextState);
      updateRestartButton(elements, kind, texts);
      announce();
      clearInterval(countdownTimer);
      updateCountdown();
      if ("until" in nextState) countdownTimer = setInterval(updateCountdown, 1_000);
    },
    setOnline(isOnline) {
      online = isOnline;
      announce();
    },
    reloadImage() {
      // Setting the same address again reloads the image.
      if (viewState.kind === "waiting") elements.image.src = viewState.code.url;
    },
    remove() {
      clearInterval(countdownTimer);
      stopWatchingTheme();
      elements.image.onload = null;
      elements.image.onerror = null;
      root.querySelector("dialog")?.close();
      host.remove();
    },
  };
}

type Elements = ReturnType<typeof createElements>;

function createElements(texts: Texts, middleTitle: string) {
  const title = createElement("h2", { className: "title", textContent: texts.title });
  const image = createElement("img", { className: "code", alt: texts.imageAlt });
  const caption = createElement(
    "div",
    { className: "caption" },
    createElement("span", { textContent: middleTitle }),
  );
  const overlay = createElement("div", { className: "overlay" });
  const frame = createElement("div", { className: "frame" }, image, caption, overlay);
  const statusText = createElement("p", { className: "state", role: "status" });
  const bar = createElement("i");
  // Not a live region, which screen readers would announce every second.
  const timeLeft = createElement("span", { className: "time-left" });
  const countdown = createElement(
    "div",
    { className: "countdown" },
    createElement("div", { className: "bar" }, bar),
    timeLeft,
  );
  const restartButton = createElement("button", { type: "button" });
  const box = createElement(
    "div",
    { className: "box", role: "group", tabIndex: -1 },
    title,
    frame,
    statusText,
    countdown,
    restartButton,
  );
  box.ariaLabel = texts.title;
  return { box, frame, image, caption, overlay, statusText, countdown, bar, timeLeft, restartButton };
}

/** Updates the button. Hiding it moves the focus to the box, so that it stays in the widget. */
function updateRestartButton({ restartButton, box }: Elements, kind: ViewState["kind"], texts: Texts): void {
  const hadFocus = restartButton.matches(":focus");
  restartButton.hidden = kind === "loading" || kind === "waiting" || kind === "succeeded";
  restartButton.className = kind === "scanned" ? "secondary" : "";
  restartButton.textContent = kind === "scanned" ? texts.notYou : texts.retry;
  if (hadFocus && restartButton.hidden) box.focus();
}

/** Renders the user's photo, or an icon for the state. */
function renderOverlay(overlay: HTMLElement, viewState: ViewState, texts: Texts): void {
  if (viewState.kind === "waiting") return;
  overlay.hidden = false;
  overlay.replaceChildren();
  const scannedBy = "scannedBy" in viewState ? viewState.scannedBy : undefined;
  const badge = createElement(
    "div",
    { className: "badge" },
    createIcon(scannedBy && viewState.kind === "scanned" ? "person" : viewState.kind),
  );
  if (viewState.kind === "loading") badge.classList.add("spinner");
  if (scannedBy?.photoUrl) {
    const photo = createElement("img", { className: "badge", alt: "", referrerPolicy: "no-referrer" });
    photo.onerror = () => photo.replaceWith(badge);
    photo.src = scannedBy.photoUrl;
    overlay.append(photo);
  } else overlay.append(badge);
  if (!scannedBy?.nickname) return;
  const [prefix = "", suffix = ""] = texts.scannedBy.split("{name}");
  const name = createElement("bdi", { textContent: scannedBy.nickname });
  // Screen readers get the name from the status text.
  overlay.append(createElement("span", { className: "name", ariaHidden: "true" }, prefix, name, suffix));
}

/** Shows the box in a modal dialog. It has a close button, since not every device has an Escape key. */
function showDialog(root: ShadowRoot, box: HTMLElement, texts: Texts, { close }: ViewActions): void {
  const button = createElement(
    "button",
    { type: "button", className: "close", ariaLabel: texts.close },
    createIcon("close"),
  );
  const dialog = createElement("dialog", { ariaLabel: texts.title, onclose: close }, box);
  button.onclick = () => dialog.close();
  box.append(button);
  root.append(dialog);
  dialog.showModal();
}

/** Adds the styles as a constructed sheet. A strict content security policy would block a style element. */
function applyStyles(root: ShadowRoot): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
}

/** Applies the theme, and follows the system in `auto`. Returns a function that stops following it. */
function watchTheme(host: HTMLElement, theme: ScanOptions["theme"] = "auto"): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const update = () =>
    host.toggleAttribute("data-dark", theme === "dark" || (theme === "auto" && dark.matches));
  update();
  dark.addEventListener("change", update);
  return () => dark.removeEventListener("change", update);
}

function applySizes({ size, containerSize }: ScanOptions, { box, frame }: Elements): void {
  if (size) {
    frame.style.inlineSize = `${size.width}px`;
    frame.style.aspectRatio = `${size.width} / ${size.height}`;
  }
  if (containerSize) {
    box.style.inlineSize = `${containerSize.width}px`;
    box.style.minBlockSize = `${containerSize.height}px`;
  }
}

function detectLanguage(host: HTMLElement): string {
  const { lang } = document.documentElement;
  return host.closest("[lang]")?.getAttribute("lang") || lang || navigator.language;
}
