/**
 * Texts that the widget shows. Each can be replaced. `{name}` stands for the nickname, `{time}` for the time
 * left.
 */
export interface Texts {
  /** Heading above the code. */
  readonly title: string;
  /** Text until the code is scanned. Only screen readers get it while the steps are in view. */
  readonly waiting: string;
  /** What the user has to do, below the code, such as "Open Acme › Me › Scan". If empty, `waiting` is shown. */
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
  /** Text if an administrator has disabled sign-ins. */
  readonly disabled: string;
  /** Text if there are too many sign-ins. */
  readonly busy: string;
  /** Text if the gateway cannot be reached for long. */
  readonly unreachable: string;
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
  steps: ["Open the app on your phone", "Scan this code with it", "Confirm the sign-in"],
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
  failed: "This did not work. Try again in a moment",
  misconfigured: "The sign-in of this site is not set up correctly. Tell those who run it",
  cookiesBlocked: "Your browser blocks a cookie that the sign-in needs. Allow cookies here, then try again",
  insecure: "This page is not secure. Open it with https:// in its address",
  disabled: "Signing in is switched off at the moment. Try again later",
  busy: "Too many sign-ins at the moment. Try again in a few minutes",
  unreachable: "The sign-in service cannot be reached. Check your connection, or try again later",
  offline: "No connection. Trying again…",
  retry: "New code",
  phone: "Open this page on a computer, then scan the code with the app",
  showCode: "Show the code anyway",
  close: "Close",
};

const zh: Texts = {
  title: "扫码登录",
  waiting: "请使用手机应用扫描二维码",
  steps: ["在手机上打开应用", "扫描此二维码", "确认登录"],
  imageAlt: "用于登录的二维码",
  timeLeft: "{time} 后失效",
  loading: "请稍候…",
  scanned: "扫描成功，请在手机上确认登录",
  scannedBy: "{name}，你好",
  notYou: "不是你？重新扫码",
  checkCode: "请输入手机上显示的数字",
  checkCodeLabel: "手机上的 {digits} 位数字",
  submitCheckCode: "继续",
  checkCodeWarning: "切勿输入别人告诉你的数字。如果二维码不是你本人扫的，请重新扫码。",
  wrongCheckCode: "数字不正确，还可尝试 {attempts} 次",
  checkCodeNotChecked: "暂时无法验证数字，请稍后再试",
  checkCodeFailed: "数字多次输入错误",
  succeeded: "登录成功",
  cancelled: "已在手机上取消登录",
  expired: "二维码已失效",
  failed: "出错了，请稍后重试",
  misconfigured: "此网站的登录设置有误，请联系网站管理员",
  cookiesBlocked: "浏览器阻止了登录所需的 Cookie。请允许此页面使用 Cookie，然后重试",
  insecure: "此页面的连接不安全，请使用 https:// 开头的地址打开",
  disabled: "登录功能暂时停用，请稍后再试",
  busy: "当前登录请求过多，请过几分钟再试",
  unreachable: "无法连接登录服务，请检查网络或稍后再试",
  offline: "网络已断开，正在重试…",
  retry: "刷新二维码",
  phone: "请在电脑上打开此页面，再用手机应用扫描二维码",
  showCode: "仍要显示二维码",
  close: "关闭",
};

/**
 * Returns the texts for a language (BCP 47): the page's own where it sets them, and built-in ones otherwise.
 * These are English for an unknown language.
 */
export function mergeTexts(
  language: string,
  {
    tips = {},
    texts = {},
  }: { readonly tips?: Tips | undefined; readonly texts?: Partial<Texts> | undefined },
): Texts {
  const builtInTexts = isChinese(language) ? zh : en;
  return {
    ...builtInTexts,
    // A page that replaces the text below the code wants to see it there.
    steps: (texts.waiting ?? tips.referText) === undefined ? builtInTexts.steps : [],
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

/** Texts of errors, by their reasons. Any other error is `failed`. */
const textByReason: Readonly<Record<string, keyof Texts>> = {
  ORIGIN_NOT_ALLOWED: "misconfigured",
  APP_UNKNOWN: "misconfigured",
  APP_UNAUTHENTICATED: "misconfigured",
  NO_GATEWAY: "misconfigured",
  INVALID_REQUEST: "misconfigured",
  CODE_CHALLENGE_REQUIRED: "misconfigured",
  EXCHANGE_NOT_ALLOWED: "misconfigured",
  COOKIE_MISSING: "cookiesBlocked",
  HTTPS_REQUIRED: "insecure",
  SIGN_IN_DISABLED: "disabled",
  RATE_LIMITED: "busy",
  TOO_MANY_TICKETS: "busy",
  OFFLINE: "unreachable",
};

/** Returns the text of an error: what happened, and what the user can do. */
export const describeFailure = (reason: string, texts: Texts): string =>
  String(texts[textByReason[reason] ?? "failed"]);

/**
 * Returns the language of the texts: the page's language if the page has replaced all built-in texts, or else
 * that of the built-in texts.
 */
export function languageOf(texts: Texts, language: string): string {
  const builtInTexts: unknown[] = Object.values(isChinese(language) ? zh : en);
  if (Object.values(texts).every((text) => !builtInTexts.includes(text))) return language;
  return isChinese(language) ? language : "en";
}

const isChinese = (language: string) => /^zh\b/i.test(language);

function withoutUndefined(
  texts: { readonly [Name in keyof Texts]?: Texts[Name] | undefined },
): Partial<Texts> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
