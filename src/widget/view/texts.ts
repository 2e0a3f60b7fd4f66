import { textsOf } from "../languages/languages.js";

/**
 * Texts that the widget shows. Each can be replaced. `{name}` stands for the nickname, `{time}` for the time
 * left.
 */
export interface Texts {
  /** Heading above the code. */
  readonly title: string;
  /** Text below the code until it is scanned. */
  readonly waiting: string;
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
  readonly failed: string;
  readonly offline: string;
  readonly retry: string;
  /** Text on a phone, in place of a code that this phone cannot scan. */
  readonly phone: string;
  /** Label of the button that shows the code on a phone. */
  readonly showCode: string;
  /** Label of the dialog's close button. */
  readonly close: string;
}

/** Texts under the names that the Authing SDK uses. */
export interface Tips {
  readonly title?: string;
  readonly scanned?: string;
  readonly succeed?: string;
  readonly canceled?: string;
  readonly expired?: string;
  readonly retry?: string;
  readonly failed?: string;
  /** Text over the code. */
  readonly middleTitle?: string;
  /** Text below the code. */
  readonly referText?: string;
}

const en: Texts = {
  title: "Sign in with your phone",
  waiting: "Scan the code with the app",
  imageAlt: "QR code to scan with the app",
  timeLeft: "Valid for {time}",
  loading: "One moment…",
  scanned: "Scanned. Confirm the sign-in on your phone",
  scannedBy: "Hello, {name}",
  notYou: "Not you? Start again",
  checkCode: "Type the number that your phone shows",
  checkCodeLabel: "{digits} digits from your phone",
  submitCheckCode: "Continue",
  checkCodeWarning:
    "Never type a number that somebody tells you. If you did not scan this code yourself, start again.",
  wrongCheckCode: "This number is wrong. Attempts left: {attempts}",
  checkCodeNotChecked: "The number could not be checked. Try again in a moment",
  checkCodeFailed: "The number was wrong too often",
  succeeded: "You are signed in",
  cancelled: "Declined on the phone",
  expired: "The code has expired",
  failed: "This did not work",
  offline: "No connection. Trying again…",
  retry: "New code",
  phone: "Open this page on a computer, then scan the code with the app",
  showCode: "Show the code anyway",
  close: "Close",
};

/**
 * Returns the texts for a language (BCP 47): the page's own where it sets them, and built-in ones otherwise.
 * These are English for a language that is unknown or not loaded.
 */
export function mergeTexts(
  language: string,
  {
    tips = {},
    texts = {},
  }: { readonly tips?: Tips | undefined; readonly texts?: Partial<Texts> | undefined },
): Texts {
  return {
    ...en,
    ...textsOf(language),
    ...withoutUndefined({
      title: tips.title,
      scanned: tips.scanned,
      succeeded: tips.succeed,
      cancelled: tips.canceled,
      expired: tips.expired,
      retry: tips.retry,
      failed: tips.failed,
      waiting: tips.referText,
    }),
    ...withoutUndefined(texts),
  };
}

/**
 * Returns the language of the texts: the page's language if the page has replaced all built-in texts, or else
 * that of the built-in texts.
 */
export function languageOf(texts: Texts, language: string): string {
  const english = Object.values(en);
  return textsOf(language) || Object.values(texts).every((text) => !english.includes(text)) ? language : "en";
}

function withoutUndefined(texts: { readonly [Name in keyof Texts]?: string | undefined }): Partial<Texts> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
