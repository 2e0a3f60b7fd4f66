import { createApi } from "./api.js";
import { attend } from "./attend.js";
import { intervalOf } from "./options.js";
import { tell } from "./tell.js";
/** Asks for a code. `url` is a picture of it, `qrContent` the exact text to draw. Rejects with a GatewayError. */
export async function geneCode(wish = {}) {
    const { customData, deviceName, codeChallenge } = wish;
    const code = await createApi(wish).create({ customData, deviceName, codeChallenge });
    return { ...code, random: code.handle };
}
/** The present status of a code, once. Rejects with a GatewayError. */
export function checkStatus(random, place = {}) {
    return createApi(place).status(random);
}
/**
 * Who has signed in. Takes the code's `random` and not the ticket, which is worth nothing without the app's secret. Needs the app's
 * switch `exchangeFromBrowser`. Rejects with a GatewayError.
 */
export function exchangeUserInfo(random, place = {}) {
    return createApi(place).exchange(random);
}
/** Follows a code that the page draws itself, until its end. */
export function startPolling(random, options = {}) {
    const stop = attend(createApi(options), random, intervalOf(options), options, {
        onScanned() { },
        onFinishing() { },
        onReach() { },
        onEnd: (end) => {
            if (end.kind === "expired")
                tell(options.onExpired);
            if ("error" in end)
                tell(options.onError, end.error.message, end.error.reason);
        },
    });
    const polling = { stop };
    tell(options.onStart, polling);
    return polling;
}
/** Ends what `startPolling` or `startScanning` has begun. */
export function stopPolling(timer) {
    timer?.stop();
}
