import { darkStyles, styles } from "../../../gen/widget/styles.js";
import type { View } from "../create_world.js";
import type { ViewState } from "../machine/effects.js";
import type { ScanOptions } from "../options.js";
import { createCheckCodeForm } from "./check_code_form.js";
import { createElement, createIcon } from "./icons.js";
import { languageOf, mergeTexts, type Texts } from "./texts.js";

/** Actions of the user, and events of the image. */
export interface ViewActions {
  restart(): void;
  imageLoaded(isLoaded: boolean): void;
  submitCheckCode(checkCode: string): void;
  /** Runs when the user closes the dialog. */
  close(): void;
}

export interface MountedView extends View {
  remove(): void;
}

/**
 * Creates the view, in place or as a modal dialog. Renders into the shadow root of `host`, which must belong to the
 * widget alone. Children of `host` with `slot="phone"` replace the image and the text on a phone.
 */
export function createView(
  host: HTMLElement,
  options: ScanOptions,
  isDialog: boolean,
  actions: ViewActions,
): MountedView {
  const { language = "en" } = options;
  const texts = mergeTexts(language, options);
  const elements = createElements(texts, options.tips?.middleTitle ?? "", actions);
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  applyStyles(root, options.theme);
  let countdownTimer: ReturnType<typeof setInterval> | undefined;
  let viewState: ViewState = { kind: "loading" };
  let online = true;
  let totalMs = 0;
  /** Image that is being loaded. */
  let nextImage: HTMLImageElement | undefined;

  elements.box.lang = languageOf(texts, language);
  applySizes(options, elements);
  elements.restartButton.onclick = actions.restart;
  if (isDialog) showDialog(root, elements.box, texts, actions);
  else root.append(elements.box);
  const { phoneContent } = options;
  if (phoneContent) {
    phoneContent.slot = "phone";
    host.append(phoneContent);
  }

  /** Hides the overlay, which shows a spinner, once the image has loaded. */
  function setImageLoaded(isLoaded: boolean): void {
    elements.image.classList.toggle("loaded", isLoaded);
    if (viewState.kind === "waiting") elements.overlay.hidden = isLoaded;
  }

  /** Loads the image aside, and then shows it in place of the one before, which stays visible until then. */
  function loadImage(url: string): void {
    const image = new Image();
    nextImage = image;
    const settle = (isLoaded: boolean) => {
      if (nextImage !== image) return;
      nextImage = undefined;
      if (isLoaded) {
        elements.image.src = url;
        setImageLoaded(true);
      }
      actions.imageLoaded(isLoaded);
    };
    image.src = url;
    image.decode().then(
      () => settle(true),
      () => settle(false),
    );
  }

  function coverImage(): void {
    nextImage = undefined;
    setImageLoaded(false);
  }

  function announce(): void {
    const isOffline = !online && /^(loading|waiting|scanned|checkCode)$/.test(viewState.kind);
    elements.box.classList.toggle("offline", isOffline);
    elements.box.classList.toggle("problem", "problem" in viewState && viewState.problem !== undefined);
    const message = isOffline ? texts.offline : messageOf(viewState, texts);
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
      const isSameKind = elements.box.dataset.kind === kind;
      const focused = elements.box.querySelector(":focus");
      viewState = nextState;
      elements.box.dataset.kind = kind;
      elements.slot.name = kind;
      if (kind === "waiting") {
        totalMs = nextState.code.remainingMs;
        setImageLoaded(false);
        loadImage(nextState.code.url);
      } else {
        nextImage = undefined;
      }
      elements.image.ariaHidden = String(kind !== "waiting");
      elements.caption.hidden = kind !== "waiting" || elements.caption.textContent === "";
      if (!isSameKind) renderOverlay(elements.overlay, nextState, texts);
      elements.countdown.hidden = !("until" in nextState);
      const entry = kind === "checkCode" ? nextState : undefined;
      elements.form.show(entry);
      elements.warning.hidden = !entry;
      if (entry && !entry.isSubmitting && hasNoOtherFocus(host)) elements.form.focus();
      updateRestartButton(elements, kind, texts);
      // Keeps the focus in the widget if its element is gone.
      if (focused?.closest("[hidden]")) elements.box.focus();
      announce();
      clearInterval(countdownTimer);
      updateCountdown();
      if ("until" in nextState) countdownTimer = setInterval(updateCountdown, 1_000);
    },
    setOnline(isOnline) {
      online = isOnline;
      announce();
    },
    loadImage,
    coverImage,
    remove() {
      nextImage = undefined;
      clearInterval(countdownTimer);
      root.querySelector("dialog")?.close();
      root.replaceChildren();
      phoneContent?.remove();
    },
  };
}

type Elements = ReturnType<typeof createElements>;

/** Returns the text of a state. */
function messageOf(viewState: ViewState, texts: Texts): string {
  if (viewState.kind !== "checkCode") return texts[viewState.kind];
  if (viewState.isSubmitting) return texts.loading;
  if (viewState.problem === "notChecked") return texts.checkCodeNotChecked;
  return viewState.problem
    ? texts.wrongCheckCode.replace("{attempts}", () => String(viewState.attemptsLeft))
    : texts.checkCode;
}

/** Returns whether the focus is in the widget or nowhere, so that moving it interrupts nobody. */
function hasNoOtherFocus(host: HTMLElement): boolean {
  const { activeElement } = host.getRootNode() as Document | ShadowRoot;
  return !activeElement || activeElement === host || activeElement === document.body;
}

function createElements(texts: Texts, middleTitle: string, actions: ViewActions) {
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
  // Its name is the kind of the state: the page can bring its own content for one of them.
  const slot = createElement("slot", {}, frame, statusText);
  const warning = createElement("p", {
    id: "warning",
    className: "warning",
    textContent: texts.checkCodeWarning,
  });
  const form = createCheckCodeForm(texts, warning.id, actions.submitCheckCode);
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
    { className: "box", role: "group", tabIndex: -1, ariaLabel: texts.title },
    title,
    slot,
    form.element,
    warning,
    countdown,
    restartButton,
  );
  return {
    ...{ box, slot, frame, image, caption, overlay, statusText, form, warning },
    ...{ countdown, bar, timeLeft, restartButton },
  };
}

/** Updates the button, or hides it. */
function updateRestartButton({ restartButton }: Elements, kind: ViewState["kind"], texts: Texts): void {
  restartButton.hidden = kind === "loading" || kind === "waiting" || kind === "succeeded";
  const label = { scanned: texts.notYou, checkCode: texts.notYou, phone: texts.showCode }[kind as string];
  restartButton.className = label ? "secondary" : "";
  restartButton.textContent = label ?? texts.retry;
}

/** Renders the user's photo, or an icon for the state. */
function renderOverlay(overlay: HTMLElement, viewState: ViewState, texts: Texts): void {
  if (viewState.kind === "waiting") return;
  const { photoUrl = "", nickname = "" } = "scannedBy" in viewState ? viewState.scannedBy : {};
  const badge = createElement("div", { className: "badge" }, createIcon(viewState.kind));
  overlay.hidden = false;
  overlay.replaceChildren(badge);
  if (photoUrl) {
    const photo = createElement("img", { className: "badge", alt: "", referrerPolicy: "no-referrer" });
    photo.onerror = () => photo.replaceWith(badge);
    photo.src = photoUrl;
    badge.replaceWith(photo);
  }
  if (!nickname) return;
  const [prefix = "", suffix = ""] = texts.scannedBy.split("{name}");
  const name = createElement("bdi", { textContent: nickname });
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

/** Adds the styles as constructed sheets. A strict content security policy would block a style element. */
function applyStyles(root: ShadowRoot, theme: ScanOptions["theme"]): void {
  const darkMedia = { light: "not all", dark: "all" }[theme as string] ?? "(prefers-color-scheme: dark)";
  root.adoptedStyleSheets = [createSheet(styles), createSheet(darkStyles, darkMedia)];
}

function createSheet(css: string, media = "all"): CSSStyleSheet {
  const sheet = new CSSStyleSheet({ media });
  sheet.replaceSync(css);
  return sheet;
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
