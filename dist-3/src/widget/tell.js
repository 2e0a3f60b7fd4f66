/** Calls a callback of the page. What it throws is the page's to see, and changes nothing here. */
export function tell(callback, ...args) {
    try {
        callback?.(...args);
    }
    catch (error) {
        reportError(error);
    }
}
