import { darkStyles, styles } from "../../../gen/widget/styles.js";
import type { QrCode } from "../api_results.js";
import type { View } from "../create_world.js";
import type { Texts } from "../languages/texts.js";
import type { ViewState } from "../machine/effects.js";
import type { ScanOptions } from "../options.js";
import { createElements, type Elements, showDialog, type ViewActions } from "./elements.js";
import { createElement, createIcon } from "./icons.js";
import { applySizes, warnIfDense } from "./sizes.js";
import { describeFailure, languageOf, mergeTexts } from "./texts.js";

export interface MountedView extends View {
  remove(): void;
}

/**
 * Creates the view, in place or as a modal dialog. Renders into `root`, which must belong to the widget alone. Children
 * of its host with a slot replace parts of the view: see docs/widget.md.
 */
export function createView(
  root: ShadowRoot,
  options: ScanOptions & { readonly language: string },
  isDialog: boolean,
  actions: ViewActions,
): MountedView {
  const { host } = root;
  const { language, phoneContent } = options;
  const texts = mergeTexts(language, options);
  const elements = createElements(texts, options.tips?.middleTitle ?? "", actions);
  applyStyles(root, options.theme);
  let countdownTimer: ReturnType<typeof setInterval> | undefined;
  let viewState: ViewState = { kind: "loading" };
  let online = true;
  /** Image that is being loaded. */
  let nextImage: HTMLImageElement | undefined;

  elements.box.lang = languageOf(texts, language);
  applySizes(options, elements);
  elements.restartButton.onclick = actions.restart;
  if (isDialog) showDialog(root, elements.box, texts, actions);
  else root.append(elements.box);
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

  function showApp({ url, app }: QrCode): void {
    // A gateway of an older release sends none.
    const { name, logo } = app ?? {};
    elements.appName.textContent = name ?? "";
    if (!logo) return;
    elements.logo.onload = () => {
      elements.logo.hidden = false;
    };
    elements.logo.src = new URL(logo, url).href;
  }

  function announce(): void {
    const { kind } = viewState;
    const isOffline = !online && /^(loading|waiting|scanned|checkCode)$/.test(kind);
    const showsSteps = kind === "waiting" && !isOffline;
    elements.steps.hidden = !showsSteps;
    elements.statusText.classList.toggle("visually-hidden", showsSteps && texts.steps.length > 0);
    // The time goes on, but the page cannot tell whether the code is still valid.
    elements.countdown.hidden = isOffline || !("until" in viewState);
    const isProblem = isOffline || /^(cancelled|.*[fF]ailed)$/.test(kind) || Object(viewState).problem;
    elements.box.classList.toggle("problem", Boolean(isProblem));
    const message = isOffline ? texts.offline : messageOf(viewState, texts);
    const nickname = !isOffline && "scannedBy" in viewState && viewState.scannedBy.nickname;
    const greeting = nickname ? createGreeting(texts, nickname) : [];
    const content = createElement("p", {}, ...greeting, message);
    // Setting the same text again would announce it again.
    if (elements.statusText.textContent === content.textContent) return;
    elements.statusText.replaceChildren(...content.childNodes);
  }

  function updateCountdown(): void {
    if (!("until" in viewState)) return;
    const seconds = Math.ceil(Math.max(0, viewState.until - Date.now()) / 1_000);
    const formattedTime = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    elements.countdown.textContent = texts.timeLeft.replace("{time}", () => formattedTime);
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
        setImageLoaded(false);
        showApp(nextState.code);
        warnIfDense(nextState.code.qrContent, elements.frame);
        loadImage(nextState.code.url);
      } else {
        nextImage = undefined;
      }
      elements.image.ariaHidden = String(kind !== "waiting");
      elements.caption.hidden = kind !== "waiting" || elements.caption.textContent === "";
      if (!isSameKind) renderOverlay(elements.overlay, nextState);
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

/** Returns the text of a state. */
function messageOf(viewState: ViewState, texts: Texts): string {
  if (viewState.kind === "failed") return describeFailure(viewState.reason, texts);
  if (viewState.kind !== "checkCode") return texts[viewState.kind];
  if (viewState.isSubmitting) return texts.loading;
  if (viewState.problem === "notChecked") return texts.checkCodeNotChecked;
  return viewState.problem
    ? texts.wrongCheckCode.replace("{attempts}", () => String(viewState.attemptsLeft))
    : texts.checkCode;
}

/** Returns whether the focus is in the widget or nowhere, so that moving it interrupts nobody. */
function hasNoOtherFocus(host: Element): boolean {
  const { activeElement } = host.getRootNode() as Document | ShadowRoot;
  return !activeElement || activeElement === host || activeElement === document.body;
}

/** Updates the button, or hides it. */
function updateRestartButton({ restartButton }: Elements, kind: ViewState["kind"], texts: Texts): void {
  restartButton.hidden = kind === "loading" || kind === "waiting" || kind === "succeeded";
  const label = { scanned: texts.notYou, checkCode: texts.notYou, phone: texts.showCode }[kind as string];
  restartButton.classList.toggle("secondary", label !== undefined);
  restartButton.textContent = label ?? texts.retry;
}

/** Renders the user's photo, or an icon for the state. */
function renderOverlay(overlay: HTMLElement, viewState: ViewState): void {
  const { photoUrl = "" } = "scannedBy" in viewState ? viewState.scannedBy : {};
  const badge = createElement("div", { className: "badge" }, createIcon(viewState.kind));
  overlay.hidden = false;
  overlay.replaceChildren(badge);
  if (!photoUrl) return;
  const photo = createElement("img", { className: "photo", alt: "", referrerPolicy: "no-referrer" });
  photo.onerror = () => photo.replaceWith(badge);
  photo.src = photoUrl;
  badge.replaceWith(photo);
}

/** Creates the greeting above the status. Screen readers get it as a sentence. */
function createGreeting({ scannedBy }: Texts, nickname: string): HTMLElement[] {
  const [prefix = "", suffix = ""] = scannedBy.split("{name}");
  const name = createElement("bdi", { textContent: nickname });
  return [
    createElement("span", { className: "name" }, prefix, name, suffix),
    createElement("span", { className: "visually-hidden", textContent: ". " }),
  ];
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
