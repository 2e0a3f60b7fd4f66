/**
 * Calls a callback of the page. An error that it throws is reported as uncaught and does not reach the widget.
 */
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
