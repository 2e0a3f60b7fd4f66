import type { QrLoginAttributes } from "../element.js";
import type { QrLoginEventMap } from "../events.js";
import type { ScanOptions } from "../options.js";

/** Properties of `<qr-login>` in JSX besides those of every element. React (from 19) and Preact set them alike. */
export interface QrLoginProperties extends QrLoginAttributes, Listeners {
  /** Set as a property. A new object starts the scan again, so pass the same one to each rendering. */
  readonly options?: ScanOptions | undefined;
}

/** Listeners: `onqr-login-success={({ detail: [user, ticket] }) => …}`. */
type Listeners = {
  readonly [Name in keyof QrLoginEventMap as `on${Name}`]?:
    | ((event: QrLoginEventMap[Name]) => void)
    | undefined;
};
