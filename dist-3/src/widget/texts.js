const en = {
    title: "Sign in with your phone",
    waiting: "Scan the code with the app",
    picture: "QR code to scan with the app",
    left: "Valid for {time}",
    loading: "One moment…",
    scanned: "Scanned. Confirm the sign-in on your phone",
    scannedBy: "Hello, {name}",
    notYou: "Not you? Start again",
    succeeded: "You are signed in",
    cancelled: "Declined on the phone",
    expired: "The code has expired",
    failed: "This did not work",
    offline: "No connection. Trying again…",
    retry: "New code",
    close: "Close",
};
const zh = {
    title: "扫码登录",
    waiting: "请使用手机应用扫描二维码",
    picture: "用于登录的二维码",
    left: "{time} 后失效",
    loading: "请稍候…",
    scanned: "扫描成功，请在手机上确认登录",
    scannedBy: "{name}，你好",
    notYou: "不是你？重新扫码",
    succeeded: "登录成功",
    cancelled: "已在手机上取消登录",
    expired: "二维码已失效",
    failed: "出错了",
    offline: "网络已断开，正在重试…",
    retry: "刷新二维码",
    close: "关闭",
};
/** The texts of a language (BCP 47), English where there are none of it, with those of the page in their place. */
export function mergedTexts(language, { tips = {}, texts = {}, }) {
    const known = isChinese(language) ? zh : en;
    return {
        ...known,
        ...given({
            title: tips.title,
            scanned: tips.scanned,
            succeeded: tips.succeed,
            cancelled: tips.canceled,
            expired: tips.expired,
            retry: tips.retry,
            failed: tips.failed,
            waiting: tips.referText,
        }),
        ...given(texts),
    };
}
/** The language that the texts are in: that of the page where the page has replaced all of ours. */
export function languageOf(texts, language) {
    const ours = Object.values(isChinese(language) ? zh : en);
    if (Object.values(texts).every((text) => !ours.includes(text)))
        return language;
    return isChinese(language) ? language : "en";
}
const isChinese = (language) => /^zh\b/i.test(language);
function given(texts) {
    return Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
}
