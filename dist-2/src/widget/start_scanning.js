import { createApi } from "./api.js";
import { createSession } from "./session.js";
import { tell } from "./tell.js";
import { createView } from "./view.js";
/** How often is looked whether the page still has the place. */
const lookMs = 1_000;
/** What goes on in a place: a new scan takes the place of an old one. */
const present = new WeakMap();
/**
 * Shows a QR code in the element and signs in whoever scans it and agrees. Without a place it is shown in the middle of
 * the page, in a dialogue that Escape closes. It stops by itself where the page drops the element.
 *
 * ```js
 * startScanning("qrcode", { onSuccess: (user, ticket) => {}, onError: (message) => {} });
 * ```
 *
 * @throws Error when there is no element of this id, or the element is null.
 */
export function startScanning(place, options = {}) {
    const isDialog = place === undefined;
    const within = elementOf(place) ?? document.body;
    if (!isDialog)
        present.get(within)?.stop();
    // An element of ours, since the page's may have a shadow or content of its own.
    const host = document.createElement("div");
    within.append(host);
    let session;
    let looking;
    const scanning = {
        stop() {
            if (!session)
                return;
            const ending = session;
            session = undefined;
            clearInterval(looking);
            if (present.get(within) === scanning)
                present.delete(within);
            ending.stop();
            view.remove();
        },
        restart: () => session?.again(),
    };
    const view = createView(host, options, isDialog, {
        again: scanning.restart,
        pictured: (loaded) => session?.pictured(loaded),
        close: scanning.stop,
    });
    session = createSession(createApi(options), options, view);
    if (!isDialog)
        present.set(within, scanning);
    // A page may make its element first and put it in place later.
    let wasThere = host.isConnected;
    looking = setInterval(() => {
        if (wasThere && !host.isConnected)
            scanning.stop();
        wasThere ||= host.isConnected;
    }, lookMs);
    tell(options.onStart, scanning);
    return scanning;
}
function elementOf(place) {
    if (place === undefined)
        return undefined;
    if (place === null)
        throw new Error("the element is null");
    if (typeof place !== "string")
        return place;
    const found = document.getElementById(place);
    if (!found)
        throw new Error(`there is no element with the id "${place}"`);
    return found;
}
