/** Calls a callback of the page. What it throws is the page's to see, and changes nothing here. */
export function invokeCallback<A extends unknown[]>(
  callback: ((...args: A) => unknown) | undefined,
  ...args: A
): void {
  try {
    callback?.(...args);
  } catch (error) {
    reportError(error);
  }
}
