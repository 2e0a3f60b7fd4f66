import { type Login } from "./connection.js";
/** Where keys lie, as it was known last. */
export interface Layout {
    /** `HOST:PORT` of each primary. */
    readonly primaries: readonly string[];
    /** The primary on which everything with this hash tag lies; undefined for a slot that nobody serves. */
    primaryOf(tag: string): string | undefined;
    /** How many replicas each primary has, as far as the Sentinels or the Cluster know; undefined where nobody knows. */
    readonly replicas: number | undefined;
}
/** Finds the primaries. Rejects with an Error that says why nobody could tell. */
export interface Topology {
    readonly kind: "single" | "sentinel" | "cluster";
    locate(): Promise<Layout>;
}
/** One server, always the same. */
export declare function singleServer(address: string): Topology;
export interface SentinelOptions {
    /** The name by which the Sentinels know the primary. */
    readonly name: string;
    /** `HOST:PORT` of each Sentinel. */
    readonly nodes: readonly string[];
    readonly login: Login;
    readonly timeout: number;
}
/** The primary that Sentinels know. All are asked, and the one that knows of the latest failover is believed. */
export declare function sentinels({ name, nodes, login, timeout }: SentinelOptions): Topology;
export interface ClusterOptions {
    /** `HOST:PORT` of some nodes; the others are found. */
    readonly nodes: readonly string[];
    readonly login: Login;
    readonly timeout: number;
}
/** A Redis Cluster. All its nodes that are known are asked, and the one with the latest configuration is believed. */
export declare function cluster({ nodes, login, timeout }: ClusterOptions): Topology;
