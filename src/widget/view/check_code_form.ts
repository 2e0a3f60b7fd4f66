import type { Texts } from "../languages/texts.js";
import type { CheckCodeView } from "../machine/effects.js";
import { createElement } from "./icons.js";

/** Form in which the user types the check code. */
export interface CheckCodeForm {
  readonly element: HTMLFormElement;
  /** Shows the state of the entry, or hides the form. Clears the input after a wrong code, and for another ticket. */
  show(view: CheckCodeView | undefined): void;
  focus(): void;
}

/**
 * Creates the form, without a code. It submits a code once all its digits are there, and again when the user presses
 * the button or Enter.
 *
 * @param warningId Id of the element that tells users when not to type a code.
 */
export function createCheckCodeForm(
  texts: Texts,
  warningId: string,
  submit: (checkCode: string) => void,
): CheckCodeForm {
  // Not "one-time-code": browsers would offer a code from a text message, or from another account's generator.
  const input = createElement("input", {
    className: "field",
    id: "check-code",
    inputMode: "numeric",
    autocomplete: "off",
  });
  const label = createElement("label", { htmlFor: input.id });
  const button = createElement("button", { className: "button", textContent: texts.submitCheckCode });
  const element = createElement("form", { className: "form" }, label, input, button);
  let shown: CheckCodeView | undefined;
  input.setAttribute("aria-describedby", warningId);

  function update(): void {
    button.disabled = input.readOnly || input.value.length !== shown?.digits;
  }

  input.oninput = () => {
    // Some input methods produce full-width digits, and a pasted code may have spaces.
    input.value = input.value.normalize("NFKC").replace(/\D/g, "").slice(0, shown?.digits);
    update();
    if (!button.disabled) submit(input.value);
  };
  element.onsubmit = (event) => {
    event.preventDefault();
    if (!button.disabled) submit(input.value);
  };

  return {
    element,
    show(view) {
      // A code that could not be checked stays, for another attempt.
      if (view?.attemptsLeft !== shown?.attemptsLeft) input.value = "";
      shown = view;
      element.hidden = !view;
      if (!view) return;
      label.textContent = texts.checkCodeLabel.replace("{digits}", () => String(view.digits));
      // Not disabled, which would take the focus away.
      input.readOnly = view.isSubmitting;
      input.ariaInvalid = String(view.problem === "wrong");
      update();
    },
    focus: () => input.focus(),
  };
}
