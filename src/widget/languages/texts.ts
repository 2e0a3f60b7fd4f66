/**
 * Texts that the widget shows. Each can be replaced. `{name}` stands for the nickname, `{time}` for the time
 * left.
 */
export interface Texts {
  /** Heading above the code. */
  readonly title: string;
  /** Text until the code is scanned. Only screen readers get it while the steps are in view. */
  readonly waiting: string;
  /** Steps that the user takes, below the code, such as "Open Acme › Me › Scan". If empty, `waiting` is shown. */
  readonly steps: readonly string[];
  /** Alternative text of the image, for screen readers. */
  readonly imageAlt: string;
  readonly timeLeft: string;
  readonly loading: string;
  readonly scanned: string;
  readonly scannedBy: string;
  readonly notYou: string;
  /** Text when the phone shows a check code. */
  readonly checkCode: string;
  /** Label of the field for the check code. `{digits}` stands for the number of digits. */
  readonly checkCodeLabel: string;
  /** Label of the button that submits the check code. */
  readonly submitCheckCode: string;
  /** Warning below the field. It must say that a code from somebody else must not be typed. */
  readonly checkCodeWarning: string;
  /** Text after a wrong check code. `{attempts}` stands for the number of attempts that are left. */
  readonly wrongCheckCode: string;
  /** Text when a check code could not be checked. */
  readonly checkCodeNotChecked: string;
  /** Text after the last wrong check code. */
  readonly checkCodeFailed: string;
  readonly succeeded: string;
  readonly cancelled: string;
  readonly expired: string;
  /** Text after an error that has no text of its own below. */
  readonly failed: string;
  /** Text if the site, its gateway or its page is not set up correctly. */
  readonly misconfigured: string;
  /** Text if the browser keeps no cookie for the page. */
  readonly cookiesBlocked: string;
  /** Text if the page was loaded over plain http. */
  readonly insecure: string;
  readonly offline: string;
  readonly retry: string;
  /** Text on a phone, in place of a code that this phone cannot scan. */
  readonly phone: string;
  /** Label of the button that shows the code on a phone. */
  readonly showCode: string;
  /** Label of the dialog's close button. */
  readonly close: string;
}
