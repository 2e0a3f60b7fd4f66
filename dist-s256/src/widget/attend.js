import { follow } from "./follow.js";
import { tell } from "./tell.js";
import { pauseAfter, wait } from "./wake.js";
/** So often the end of a sign-in is asked for. A gateway answers the same again for five seconds. */
const maxTries = 5;
const nobody = { nickname: "", photoUrl: "" };
/**
 * Follows one code to its end, and tells the page's `onResult`, `onScanned`, `onSuccess` and `onCancel`. What else there is
 * to tell is left to the caller. The answer stops it.
 */
export function attend(api, handle, intervalMs, options, attendant) {
    let stopped = false;
    let scanned = false;
    let stopWaiting = () => { };
    function take(status) {
        tell(options.onResult, status);
        if (stopped)
            return;
        switch (status.state) {
            case "SCANNED":
                seen(status);
                break;
            case "AUTHORIZED":
                seen(status);
                unfollow();
                void finish(status);
                break;
            case "CANCELLED":
                // What the site has withdrawn nobody has declined.
                if (status.cancelReason === "WITHDRAWN_BY_CREATOR")
                    end({ kind: "expired" });
                else {
                    end({ kind: "cancelled" });
                    tell(options.onCancel);
                }
                break;
            case "EXPIRED":
            case "EXCHANGED":
                end({ kind: "expired" });
                break;
        }
    }
    function seen({ scannedBy, remainingMs }) {
        if (scanned)
            return;
        scanned = true;
        const by = scannedBy ?? nobody;
        attendant.onScanned(by, Date.now() + remainingMs);
        tell(options.onScanned, by);
    }
    async function finish({ exchangeTicket, scannedBy }) {
        const by = scannedBy ?? nobody;
        for (let tries = 1; !stopped; tries++) {
            try {
                const user = await userFor(by, exchangeTicket);
                if (stopped)
                    return;
                end({ kind: "succeeded", by });
                return tell(options.onSuccess, user, exchangeTicket);
            }
            catch (error) {
                if (stopped)
                    return;
                const refused = error;
                if (!refused.passes || tries >= maxTries)
                    return end({ kind: "failed", error: refused });
                attendant.onReach(refused.reason !== "OFFLINE");
                // In a hidden page too: the gateway answers the same again for a few seconds only.
                await new Promise((resolve) => {
                    stopWaiting = wait(Math.max(pauseAfter(tries - 1), refused.retryAfterMs ?? 0), () => resolve(undefined));
                });
                stopWaiting();
            }
        }
    }
    async function userFor(by, exchangeTicket) {
        const { autoExchangeUserInfo = false } = options;
        if (exchangeTicket !== null && !autoExchangeUserInfo)
            return by;
        attendant.onFinishing();
        if (!autoExchangeUserInfo)
            return api.complete(handle);
        const { user, tokenSet } = await api.exchange(handle);
        return { ...user, tokenSet };
    }
    function end(how) {
        stop();
        attendant.onEnd(how);
    }
    function stop() {
        stopped = true;
        stopWaiting();
        unfollow();
    }
    const unfollow = follow(api, handle, intervalMs, {
        onStatus: take,
        onGone: (error) => end({ kind: error.reason === "TICKET_NOT_FOUND" ? "gone" : "failed", error }),
        onReach: attendant.onReach,
    });
    return stop;
}
