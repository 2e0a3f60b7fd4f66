import { type Api, type Code, type ScannedBy } from "./api.js";
import { type ScanOptions } from "./options.js";
/** What is to be seen. */
export type Scene = {
    readonly kind: "loading";
} | {
    readonly kind: "waiting";
    readonly code: Code;
    readonly until: number;
} | {
    readonly kind: "scanned";
    readonly by: ScannedBy;
    readonly until: number;
} | {
    readonly kind: "succeeded";
    readonly by: ScannedBy;
} | {
    readonly kind: "cancelled" | "expired" | "failed";
};
/** Shows what the session says. */
export interface Stage {
    show(scene: Scene): void;
    /** Whether the gateway is reached. */
    reach(reached: boolean): void;
    /** Asks for the picture of the code once more. */
    redraw(): void;
}
/** A sign-in: code after code until one of them is approved, or the person has had enough. */
export interface Session {
    /** A new code, for whatever reason the person wants one. */
    again(): void;
    /** The picture of the code is there, or is not. */
    pictured(loaded: boolean): void;
    stop(): void;
}
export declare function createSession(api: Api, options: ScanOptions, stage: Stage): Session;
