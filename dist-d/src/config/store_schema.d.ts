import * as z from "zod";
/** Section `store`. */
export declare const store: z.ZodPrefault<z.ZodPipe<z.ZodObject<{
    kind: z.ZodOptional<z.ZodEnum<{
        memory: "memory";
        redis: "redis";
    }>>;
    maxTickets: z.ZodDefault<z.ZodInt>;
    maxTicketsPerApp: z.ZodDefault<z.ZodInt>;
    redis: z.ZodOptional<z.ZodPipe<z.ZodObject<{
        url: z.ZodOptional<z.ZodString>;
        sentinel: z.ZodOptional<z.ZodPipe<z.ZodObject<{
            name: z.ZodString;
            nodes: z.ZodPreprocess<z.ZodArray<z.ZodString>, unknown>;
            username: z.ZodOptional<z.ZodString>;
            password: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>, z.ZodTransform<{
            name: string;
            nodes: string[];
            username: string | undefined;
            password: string | undefined;
        }, {
            name: string;
            nodes: string[];
            username?: string | undefined;
            password?: string | undefined;
        }>>>;
        cluster: z.ZodOptional<z.ZodObject<{
            nodes: z.ZodPreprocess<z.ZodArray<z.ZodString>, unknown>;
        }, z.core.$strict>>;
        username: z.ZodOptional<z.ZodString>;
        password: z.ZodOptional<z.ZodString>;
        tls: z.ZodOptional<z.ZodPipe<z.ZodObject<{
            caFile: z.ZodOptional<z.ZodString>;
            certFile: z.ZodOptional<z.ZodString>;
            keyFile: z.ZodOptional<z.ZodString>;
            serverName: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>, z.ZodTransform<{
            caFile: string | undefined;
            certFile: string | undefined;
            keyFile: string | undefined;
            serverName: string | undefined;
        }, {
            caFile?: string | undefined;
            certFile?: string | undefined;
            keyFile?: string | undefined;
            serverName?: string | undefined;
        }>>>;
        allowPlaintextOnNetwork: z.ZodDefault<z.ZodBoolean>;
        keyPrefix: z.ZodDefault<z.ZodString>;
        replicas: z.ZodDefault<z.ZodInt>;
        replicasOnDisk: z.ZodDefault<z.ZodBoolean>;
        requireDurable: z.ZodDefault<z.ZodBoolean>;
        timeout: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        reread: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    }, z.core.$strict>, z.ZodTransform<{
        allowPlaintextOnNetwork: boolean;
        keyPrefix: string;
        replicas: number;
        replicasOnDisk: boolean;
        requireDurable: boolean;
        timeout: number;
        reread: number;
        url: string | undefined;
        sentinel: {
            name: string;
            nodes: string[];
            username: string | undefined;
            password: string | undefined;
        } | undefined;
        cluster: {
            nodes: string[];
        } | undefined;
        tls: {
            caFile: string | undefined;
            certFile: string | undefined;
            keyFile: string | undefined;
            serverName: string | undefined;
        } | undefined;
        username: string | undefined;
        password: string | undefined;
    }, {
        url?: string | undefined;
        sentinel?: {
            name: string;
            nodes: string[];
            username: string | undefined;
            password: string | undefined;
        } | undefined;
        cluster?: {
            nodes: string[];
        } | undefined;
        username?: string | undefined;
        password?: string | undefined;
        tls?: {
            caFile: string | undefined;
            certFile: string | undefined;
            keyFile: string | undefined;
            serverName: string | undefined;
        } | undefined;
        allowPlaintextOnNetwork: boolean;
        keyPrefix: string;
        replicas: number;
        replicasOnDisk: boolean;
        requireDurable: boolean;
        timeout: number;
        reread: number;
    }>>>;
}, z.core.$strict>, z.ZodTransform<{
    maxTickets: number;
    maxTicketsPerApp: number;
    kind: "memory" | "redis";
    redis: {
        allowPlaintextOnNetwork: boolean;
        keyPrefix: string;
        replicas: number;
        replicasOnDisk: boolean;
        requireDurable: boolean;
        timeout: number;
        reread: number;
        url: string | undefined;
        sentinel: {
            name: string;
            nodes: string[];
            username: string | undefined;
            password: string | undefined;
        } | undefined;
        cluster: {
            nodes: string[];
        } | undefined;
        tls: {
            caFile: string | undefined;
            certFile: string | undefined;
            keyFile: string | undefined;
            serverName: string | undefined;
        } | undefined;
        username: string | undefined;
        password: string | undefined;
    };
}, {
    kind?: "memory" | "redis" | undefined;
    maxTickets: number;
    maxTicketsPerApp: number;
    redis?: {
        allowPlaintextOnNetwork: boolean;
        keyPrefix: string;
        replicas: number;
        replicasOnDisk: boolean;
        requireDurable: boolean;
        timeout: number;
        reread: number;
        url: string | undefined;
        sentinel: {
            name: string;
            nodes: string[];
            username: string | undefined;
            password: string | undefined;
        } | undefined;
        cluster: {
            nodes: string[];
        } | undefined;
        tls: {
            caFile: string | undefined;
            certFile: string | undefined;
            keyFile: string | undefined;
            serverName: string | undefined;
        } | undefined;
        username: string | undefined;
        password: string | undefined;
    } | undefined;
}>>>;
