/** A request that was refused, or did not reach the gateway. */
export class GatewayError extends Error {
    /** The gateway's, or one of the widget's own: see docs/widget.md. */
    reason;
    /** How long it asks to wait, in milliseconds. */
    retryAfterMs;
    constructor(reason, message, retryAfterMs) {
        super(message);
        this.name = "GatewayError";
        this.reason = reason;
        this.retryAfterMs = retryAfterMs;
    }
    /** Whether it may go well in a while. */
    get passes() {
        return this.reason === "OFFLINE" || this.retryAfterMs !== undefined;
    }
}
/** So long an answer may take. A laptop that sleeps leaves requests that are never answered. */
const patienceMs = 15_000;
/** The gateway's own API. Each call rejects with a GatewayError. */
export function createApi({ gateway = "", appId }) {
    const root = `${gateway.replace(/\/+$/, "")}/qrlogin/v1`;
    const base = `${root}/tickets`;
    async function call(path, body, more = {}) {
        const init = { credentials: "include", cache: "no-store", ...more };
        if (body) {
            const headers = { "content-type": "application/json" };
            Object.assign(init, { method: "POST", headers, body: JSON.stringify(body) });
        }
        let response;
        let text;
        try {
            response = await fetch(base + path, { signal: AbortSignal.timeout(patienceMs), ...init });
            text = await response.text();
        }
        catch (error) {
            throw (await originRefusal()) ?? new GatewayError("OFFLINE", String(error));
        }
        const answer = answerIn(text);
        if (response.ok && answer !== undefined)
            return answer;
        throw refusalOf(response.status, answer);
    }
    /**
     * Resolves with the gateway's refusal of this page's origin, if that is why a call failed. The browser hides it from the page, but for
     * the answer to this simple request without credentials.
     */
    async function originRefusal() {
        if (new URL(root, document.baseURI).origin === location.origin)
            return undefined;
        try {
            const query = appId === undefined ? "" : `?appId=${encodeURIComponent(appId)}`;
            const signal = AbortSignal.timeout(patienceMs);
            const response = await fetch(`${root}/origin${query}`, {
                credentials: "omit",
                cache: "no-store",
                signal,
            });
            const { status } = response;
            // The app may be unknown too. Of all else the next call tells more.
            return status === 403 || status === 400
                ? refusalOf(status, answerIn(await response.text()))
                : undefined;
        }
        catch {
            // Not reached either: it is the network.
            return undefined;
        }
    }
    return {
        async create(wish) {
            const created = (await call("", { appId, ...wish }));
            // A proxy may have taken a prefix away that the gateway does not know of.
            const picture = created.pictures.svg.replace(/^.*(?=\/pictures\/)/, root);
            return { ...created, url: new URL(picture, document.baseURI).href };
        },
        status: (handle) => call("/status", undefined, { headers: { "qrlogin-handle": handle } }),
        /** Arrives also where the page is on its way out. */
        withdraw: (handle) => call("/withdraw", { handle }, { keepalive: true }),
        /** Has the gateway end the sign-in; answers what the site's hook says. */
        complete: (handle) => call("/complete", { handle }),
        /** Where the app's switch `exchangeFromBrowser` is on: who has signed in. */
        exchange: (handle) => call("/exchange", { handle }),
        events: (handle) => new EventSource(`${base}/events?handle=${encodeURIComponent(handle)}`, { withCredentials: true }),
    };
}
/** Null for no text, which is what a site's hook may answer; undefined for what is no JSON. */
function answerIn(text) {
    try {
        return text === "" ? null : JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** A proxy in front may answer too. Its 502 will pass; its 404 says that there is no gateway at this address. */
function refusalOf(status, answer) {
    if (typeof answer === "object" && answer !== null && "reason" in answer) {
        const { reason, detail = "", retryAfterMs } = answer;
        return new GatewayError(String(reason), String(detail), retryAfterMs);
    }
    return new GatewayError(status < 500 ? "NO_GATEWAY" : "OFFLINE", `the gateway does not answer (${status})`);
}
