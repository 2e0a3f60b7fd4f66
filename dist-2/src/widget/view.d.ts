import type { ScanOptions } from "./options.js";
import type { Stage } from "./session.js";
/** What the person does, and the picture. */
export interface Actions {
    again(): void;
    pictured(loaded: boolean): void;
    /** The dialogue is closed. */
    close(): void;
}
export interface View extends Stage {
    remove(): void;
}
/** Draws into the shadow of the host, which is ours alone: in its place, or as a dialogue in the middle of the page. */
export declare function createView(host: HTMLElement, options: ScanOptions, isDialog: boolean, actions: Actions): View;
