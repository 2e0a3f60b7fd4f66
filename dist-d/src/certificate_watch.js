import { expiryWarning, validityFailure } from "./config/certificates.js";
const day = 86_400_000;
/**
 * Logs what is wrong with the validity of certificates: now, when one of them expires, and every day. A warning when one
 * expires soon, an error when it is not valid. Returns a function that ends it.
 *
 * The service starts with an expired certificate all the same. Clients that do not check it go on, and a process that could
 * not come back from a restart would turn a late renewal into an outage of its own.
 */
export function watchCertificates(files, log, clock) {
    let cancel = () => { };
    function look() {
        const now = clock.wallNow();
        let pause = day;
        for (const one of files) {
            const { setting, file } = one;
            const failure = validityFailure(one, now);
            const warning = failure === undefined ? expiryWarning(one, now) : undefined;
            if (failure !== undefined)
                log.error({ setting, file }, `${failure}. Renew it and restart`);
            if (warning !== undefined)
                log.warn({ setting, file }, `${warning} and restart`);
            if (one.validTo > now)
                pause = Math.min(pause, one.validTo - now);
        }
        cancel = clock.after(pause, look);
    }
    if (files.length > 0)
        look();
    return () => cancel();
}
