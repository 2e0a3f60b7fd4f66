import type { SavingFacts, ServerFacts } from "./server_facts.js";
/** What holds when servers and nodes are killed, restarted or replaced by a replica. */
export interface Durability {
    /**
     * Durable: whatever was answered stays true, or the ticket is unknown. Nobody is signed in twice, and nobody by a ticket that was
     * refused. Best effort: what was answered last may be undone, and then both can happen.
     */
    readonly level: "durable" | "best effort";
    /** Why, as part of a sentence. */
    readonly because: string;
}
/** What must have an answer before it is given. */
export interface Confirming {
    /** So many replicas. */
    readonly replicas: number;
    /** Whether on disk, they and the primary, and not in memory alone. */
    readonly replicasOnDisk: boolean;
}
/**
 * The level of a deployment: that of its weakest server.
 *
 * @param replicas What their replicas are like.
 * @param known How many there are as far as Sentinels or the Cluster know.
 */
export declare function durabilityOf(servers: readonly ServerFacts[], confirming: Confirming, known: number | undefined, replicas: readonly SavingFacts[]): Durability;
