/** What can be asked. */
interface Server {
    readonly address: string;
    ask(...words: readonly string[]): Promise<unknown>;
}
/** What decides what a server has after it was killed and started again. */
export interface SavingFacts {
    readonly address: string;
    /** Whether an append-only file is written. */
    readonly appendOnly: boolean;
    /** Whether there is a snapshot: the server has read one at its start, or written one since. */
    readonly hasSnapshot: boolean;
    /** Whether modules are loaded. A replica then may be filled by way of a file whatever its settings say. */
    readonly hasModules: boolean;
    /** Its settings; undefined where it does not tell. */
    readonly settings: Readonly<Record<(typeof settings)[number], string>> | undefined;
}
/** What a server says of itself. */
export interface ServerFacts extends SavingFacts {
    /** Such as `Redis 7.0.15`. */
    readonly product: string;
    /** Major and minor version of Redis whose commands it has. */
    readonly version: readonly [major: number, minor: number];
    readonly isClusterNode: boolean;
    readonly evictionPolicy: string;
    /** `HOST:PORT` of each replica that is connected. */
    readonly replicas: readonly string[];
}
declare const settings: readonly ["appendfsync", "no-appendfsync-on-rewrite", "save", "shutdown-on-sigterm", "shutdown-on-sigint", "repl-diskless-sync", "repl-diskless-load"];
/** Asks a server. Rejects as its `ask` does, except that settings may be kept from us. */
export declare function factsOf(server: Server): Promise<ServerFacts>;
/** Why a server cannot be used at all, if it cannot. */
export declare function objectionTo(facts: ServerFacts, kind: "single" | "sentinel" | "cluster"): string | undefined;
export {};
