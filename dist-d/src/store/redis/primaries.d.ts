import type { Clock } from "../../domain/clock.js";
import { type Primary, type PrimaryOptions } from "./primary.js";
import type { Layout, Topology } from "./topology.js";
export interface PrimariesOptions extends PrimaryOptions {
    readonly topology: Topology;
    readonly clock: Clock;
}
/** A primary can be reached, or no longer can; or subscriptions may have to be made elsewhere, for slots or connections are others. */
export type Change = {
    readonly kind: "come";
} | {
    readonly kind: "gone";
    readonly reason: string;
} | {
    readonly kind: "moved";
};
/** The primaries of a deployment, and what keeps them reachable. */
export interface Primaries {
    /**
     * The primary on which everything with the hash tag lies.
     *
     * @throws StoreUnavailable while that is away.
     */
    of(tag: string): Primary;
    /** Those that can be reached. */
    all(): readonly Primary[];
    /** Whether one cannot, or nobody can tell where they are. */
    areMissing(): boolean;
    layout(): Layout;
    /** Finds out again where the primaries are, and opens those that are not. Rejects with an Error if one cannot be reached. */
    refresh(): Promise<void>;
    onChange(onChange: (change: Change) => void): void;
    close(): void;
}
/**
 * Finds and opens all primaries.
 *
 * @throws Error if one of them cannot be reached.
 */
export declare function openPrimaries(options: PrimariesOptions): Promise<Primaries>;
