import type { Texts } from "../languages/texts.js";
import { createCheckCodeForm } from "./check_code_form.js";
import { createElement, createIcon } from "./icons.js";

/** Actions of the user, and events of the image. */
export interface ViewActions {
  restart(): void;
  imageLoaded(isLoaded: boolean): void;
  submitCheckCode(checkCode: string): void;
  /** Runs when the user closes the dialog. */
  close(): void;
}

export type Elements = ReturnType<typeof createElements>;

/** Creates the elements of the widget. The view shows and hides them. */
export function createElements(texts: Texts, middleTitle: string, actions: ViewActions) {
  const logo = createElement("img", { className: "logo", alt: "", hidden: true });
  const appName = createElement("bdi", { className: "app-name" });
  const title = createElement("h2", { className: "title", textContent: texts.title });
  const header = createElement(
    "div",
    { className: "header" },
    createElement("slot", { name: "logo" }, logo),
    createElement("div", {}, appName, title),
  );
  const image = createElement("img", { className: "code", alt: texts.imageAlt });
  const caption = createElement("div", { className: "caption", textContent: middleTitle });
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
  const steps = createElement(
    "slot",
    { name: "steps" },
    createElement(
      "ol",
      { className: "steps" },
      ...texts.steps.map((textContent) => createElement("li", { className: "step", textContent })),
    ),
  );
  // Not a live region, which screen readers would announce every second.
  const countdown = createElement("div", { className: "countdown" });
  const restartButton = createElement("button", { type: "button", className: "button" });
  const box = createElement(
    "div",
    { className: "box", role: "group", tabIndex: -1, ariaLabel: texts.title },
    header,
    slot,
    form.element,
    warning,
    steps,
    countdown,
    restartButton,
    createElement("slot", { name: "footer" }),
  );
  return {
    ...{ box, logo, appName, slot, frame, image, caption, overlay, statusText, steps, form, warning },
    ...{ countdown, restartButton },
  };
}

/** Shows the box in a modal dialog. It has a close button, since not every device has an Escape key. */
export function showDialog(
  root: ShadowRoot,
  box: HTMLElement,
  texts: Texts,
  { close }: Pick<ViewActions, "close">,
): void {
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
