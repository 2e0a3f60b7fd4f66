import type { ScanOptions } from "./options.js";

/** Converts the name of a callback to that of its event: `CodeShow` to `-code-show`. */
type KebabCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${KebabCase<Rest>}`
  : "";

/** Callbacks that are also events. `onMfa` never runs. */
type EventCallback = Exclude<Extract<keyof ScanOptions, `on${string}`>, "onMfa">;

/** Name of the event of a callback. */
type EventOf<Callback> = Callback extends `on${infer Name}` ? `qr-login${KebabCase<Name>}` : never;

/** Events of `<qr-login>` by their names. `detail` has the arguments of the callback. */
export type QrLoginEvents = {
  readonly [Callback in EventCallback as EventOf<Callback>]: CustomEvent<
    Parameters<NonNullable<ScanOptions[Callback]>>
  >;
};

// An interface can be added to those of the page, and editors show its name.
export interface QrLoginEventMap extends QrLoginEvents {}

declare global {
  /** The events bubble, so that any element, the document and the window can listen to them. */
  interface GlobalEventHandlersEventMap extends QrLoginEventMap {}
}
