import * as z from "zod";
import type { Understood } from "./schema_tree.js";
/**
 * The configuration file: every key with its limits and its default. What two keys have to do with each other stands in
 * `checks.ts`; that both have been kept is known of what `loadConfig` answers, and of nothing else.
 */
export declare const fileSchema: z.ZodPipe<z.ZodObject<{
    grpc: z.ZodPrefault<z.ZodPipe<z.ZodObject<{
        address: z.ZodDefault<z.ZodString>;
        tls: z.ZodOptional<z.ZodObject<{
            certFile: z.ZodString;
            keyFile: z.ZodString;
        }, z.core.$strict>>;
        allowPlaintextOnNetwork: z.ZodDefault<z.ZodBoolean>;
        reflection: z.ZodDefault<z.ZodBoolean>;
        maxMessageBytes: z.ZodDefault<z.ZodInt>;
        maxConnectionAge: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        limits: z.ZodPrefault<z.ZodObject<{
            connections: z.ZodDefault<z.ZodInt>;
            connectionsPerAddress: z.ZodDefault<z.ZodInt>;
            handshakeTimeout: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
            requestTimeout: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
            incompleteRequests: z.ZodDefault<z.ZodInt>;
            streamsPerConnection: z.ZodDefault<z.ZodInt>;
            metadataBytes: z.ZodDefault<z.ZodInt>;
            healthWatches: z.ZodDefault<z.ZodInt>;
            watches: z.ZodDefault<z.ZodInt>;
            watchesPerApp: z.ZodDefault<z.ZodInt>;
            callsPerApp: z.ZodDefault<z.ZodInt>;
        }, z.core.$strict>>;
        keepalive: z.ZodPrefault<z.ZodObject<{
            interval: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
            timeout: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        }, z.core.$strict>>;
        shutdown: z.ZodPrefault<z.ZodObject<{
            delay: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
            deadline: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        }, z.core.$strict>>;
    }, z.core.$strict>, z.ZodTransform<{
        address: string;
        allowPlaintextOnNetwork: boolean;
        reflection: boolean;
        maxMessageBytes: number;
        maxConnectionAge: number;
        limits: {
            connections: number;
            connectionsPerAddress: number;
            handshakeTimeout: number;
            requestTimeout: number;
            incompleteRequests: number;
            streamsPerConnection: number;
            metadataBytes: number;
            healthWatches: number;
            watches: number;
            watchesPerApp: number;
            callsPerApp: number;
        };
        keepalive: {
            interval: number;
            timeout: number;
        };
        shutdown: {
            delay: number;
            deadline: number;
        };
        tls: {
            certFile: string;
            keyFile: string;
        } | undefined;
    }, {
        address: string;
        tls?: {
            certFile: string;
            keyFile: string;
        } | undefined;
        allowPlaintextOnNetwork: boolean;
        reflection: boolean;
        maxMessageBytes: number;
        maxConnectionAge: number;
        limits: {
            connections: number;
            connectionsPerAddress: number;
            handshakeTimeout: number;
            requestTimeout: number;
            incompleteRequests: number;
            streamsPerConnection: number;
            metadataBytes: number;
            healthWatches: number;
            watches: number;
            watchesPerApp: number;
            callsPerApp: number;
        };
        keepalive: {
            interval: number;
            timeout: number;
        };
        shutdown: {
            delay: number;
            deadline: number;
        };
    }>>>;
    log: z.ZodPrefault<z.ZodObject<{
        level: z.ZodDefault<z.ZodEnum<{
            debug: "debug";
            error: "error";
            fatal: "fatal";
            info: "info";
            silent: "silent";
            trace: "trace";
            warn: "warn";
        }>>;
    }, z.core.$strict>>;
    store: z.ZodPrefault<z.ZodPipe<z.ZodObject<{
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
    tickets: z.ZodPrefault<z.ZodObject<{
        ttl: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        minTtl: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        maxTtl: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        authorizedTtl: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        remembered: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        minPollInterval: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        maxCustomDataBytes: z.ZodDefault<z.ZodInt>;
    }, z.core.$strict>>;
    watch: z.ZodPrefault<z.ZodObject<{
        heartbeat: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        maxPerTicket: z.ZodDefault<z.ZodInt>;
    }, z.core.$strict>>;
    tokens: z.ZodPrefault<z.ZodObject<{
        clockTolerance: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        cacheSize: z.ZodDefault<z.ZodInt>;
        cacheMaxAge: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        issuerTimeout: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    }, z.core.$strict>>;
    tokenIssuer: z.ZodOptional<z.ZodObject<{
        issuer: z.ZodString;
        keys: z.ZodArray<z.ZodObject<{
            file: z.ZodString;
        }, z.core.$strict>>;
        lifetime: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
    }, z.core.$strict>>;
    userPools: z.ZodDefault<z.ZodArray<z.ZodPipe<z.ZodObject<{
        id: z.ZodString;
        issuer: z.ZodString;
        audience: z.ZodPreprocess<z.ZodArray<z.ZodString>, unknown>;
        keys: z.ZodPipe<z.ZodObject<{
            jwksUri: z.ZodOptional<z.ZodString>;
            jwksFile: z.ZodOptional<z.ZodString>;
            hs256Secret: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>, z.ZodTransform<{
            readonly jwksUri: string;
        } | {
            readonly jwksFile: string;
        } | {
            readonly hs256Secret: string;
        }, {
            jwksUri?: string | undefined;
            jwksFile?: string | undefined;
            hs256Secret?: string | undefined;
        }>>;
        algorithms: z.ZodOptional<z.ZodArray<z.ZodEnum<{
            ES256: "ES256";
            ES384: "ES384";
            ES512: "ES512";
            Ed25519: "Ed25519";
            EdDSA: "EdDSA";
            HS256: "HS256";
            PS256: "PS256";
            PS384: "PS384";
            PS512: "PS512";
            RS256: "RS256";
            RS384: "RS384";
            RS512: "RS512";
        }>>>;
        claims: z.ZodPrefault<z.ZodObject<{
            userId: z.ZodDefault<z.ZodString>;
            nickname: z.ZodDefault<z.ZodString>;
            name: z.ZodDefault<z.ZodString>;
            photo: z.ZodDefault<z.ZodString>;
            email: z.ZodDefault<z.ZodString>;
            emailVerified: z.ZodDefault<z.ZodString>;
            phone: z.ZodDefault<z.ZodString>;
            phoneVerified: z.ZodDefault<z.ZodString>;
        }, z.core.$strict>>;
        furtherClaims: z.ZodDefault<z.ZodArray<z.ZodString>>;
        userInfoUri: z.ZodOptional<z.ZodString>;
    }, z.core.$strict>, z.ZodTransform<{
        id: string;
        issuer: string;
        audience: string[];
        keys: {
            readonly jwksUri: string;
        } | {
            readonly jwksFile: string;
        } | {
            readonly hs256Secret: string;
        };
        claims: {
            userId: string;
            nickname: string;
            name: string;
            photo: string;
            email: string;
            emailVerified: string;
            phone: string;
            phoneVerified: string;
        };
        furtherClaims: string[];
        algorithms: string[];
        userInfoUri: string | undefined;
    }, {
        id: string;
        issuer: string;
        audience: string[];
        keys: {
            readonly jwksUri: string;
        } | {
            readonly jwksFile: string;
        } | {
            readonly hs256Secret: string;
        };
        algorithms?: ("ES256" | "ES384" | "ES512" | "Ed25519" | "EdDSA" | "HS256" | "PS256" | "PS384" | "PS512" | "RS256" | "RS384" | "RS512")[] | undefined;
        claims: {
            userId: string;
            nickname: string;
            name: string;
            photo: string;
            email: string;
            emailVerified: string;
            phone: string;
            phoneVerified: string;
        };
        furtherClaims: string[];
        userInfoUri?: string | undefined;
    }>>>>;
    apps: z.ZodDefault<z.ZodArray<z.ZodPipe<z.ZodObject<{
        id: z.ZodString;
        name: z.ZodOptional<z.ZodString>;
        logoUrl: z.ZodDefault<z.ZodString>;
        userPool: z.ZodString;
        secretSha256: z.ZodPreprocess<z.ZodArray<z.ZodPipe<z.ZodString, z.ZodTransform<string, string>>>, unknown>;
    }, z.core.$strict>, z.ZodTransform<{
        id: string;
        logoUrl: string;
        userPool: string;
        secretSha256: string[];
        name: string;
    }, {
        id: string;
        name?: string | undefined;
        logoUrl: string;
        userPool: string;
        secretSha256: string[];
    }>>>>;
    gateway: z.ZodOptional<z.ZodPipe<z.ZodObject<{
        address: z.ZodDefault<z.ZodString>;
        tls: z.ZodOptional<z.ZodObject<{
            certFile: z.ZodString;
            keyFile: z.ZodString;
        }, z.core.$strict>>;
        allowPlaintextOnNetwork: z.ZodDefault<z.ZodBoolean>;
        service: z.ZodPrefault<z.ZodPipe<z.ZodObject<{
            address: z.ZodDefault<z.ZodString>;
            tls: z.ZodOptional<z.ZodBoolean>;
            caFile: z.ZodOptional<z.ZodString>;
        }, z.core.$strict>, z.ZodTransform<{
            address: string;
            tls: boolean | undefined;
            caFile: string | undefined;
        }, {
            address: string;
            tls?: boolean | undefined;
            caFile?: string | undefined;
        }>>>;
        apps: z.ZodArray<z.ZodObject<{
            id: z.ZodString;
            secret: z.ZodString;
            origins: z.ZodDefault<z.ZodArray<z.ZodString>>;
            bindToBrowser: z.ZodDefault<z.ZodBoolean>;
            requireCodeChallenge: z.ZodDefault<z.ZodBoolean>;
            exchangeFromBrowser: z.ZodDefault<z.ZodBoolean>;
            fullUserInStatus: z.ZodDefault<z.ZodBoolean>;
            pollByTicketId: z.ZodDefault<z.ZodBoolean>;
            pageFields: z.ZodDefault<z.ZodArray<z.ZodEnum<{
                customData: "customData";
                deviceName: "deviceName";
                location: "location";
                scene: "scene";
            }>>>;
        }, z.core.$strict>>;
        handleKeys: z.ZodPreprocess<z.ZodArray<z.ZodString>, unknown>;
        hostedApi: z.ZodDefault<z.ZodBoolean>;
        handleMaxAge: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        heartbeat: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        trustedProxies: z.ZodDefault<z.ZodArray<z.ZodString>>;
        clientAddressHeader: z.ZodDefault<z.ZodEnum<{
            "x-forwarded-for": "x-forwarded-for";
            "x-real-ip": "x-real-ip";
        }>>;
        limits: z.ZodPrefault<z.ZodObject<{
            createsPerMinute: z.ZodDefault<z.ZodInt>;
            callsPerMinute: z.ZodDefault<z.ZodInt>;
            maxTtl: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
            streams: z.ZodDefault<z.ZodInt>;
            streamsPerAddress: z.ZodDefault<z.ZodInt>;
            connections: z.ZodDefault<z.ZodInt>;
            connectionsPerAddress: z.ZodDefault<z.ZodInt>;
        }, z.core.$strict>>;
        shutdown: z.ZodPrefault<z.ZodObject<{
            deadline: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
        }, z.core.$strict>>;
    }, z.core.$strict>, z.ZodTransform<{
        address: string;
        allowPlaintextOnNetwork: boolean;
        service: {
            address: string;
            tls: boolean | undefined;
            caFile: string | undefined;
        };
        apps: {
            id: string;
            secret: string;
            origins: string[];
            bindToBrowser: boolean;
            requireCodeChallenge: boolean;
            exchangeFromBrowser: boolean;
            fullUserInStatus: boolean;
            pollByTicketId: boolean;
            pageFields: ("customData" | "deviceName" | "location" | "scene")[];
        }[];
        handleKeys: string[];
        hostedApi: boolean;
        handleMaxAge: number;
        heartbeat: number;
        trustedProxies: string[];
        clientAddressHeader: "x-forwarded-for" | "x-real-ip";
        limits: {
            createsPerMinute: number;
            callsPerMinute: number;
            maxTtl: number;
            streams: number;
            streamsPerAddress: number;
            connections: number;
            connectionsPerAddress: number;
        };
        shutdown: {
            deadline: number;
        };
        tls: {
            certFile: string;
            keyFile: string;
        } | undefined;
    }, {
        address: string;
        tls?: {
            certFile: string;
            keyFile: string;
        } | undefined;
        allowPlaintextOnNetwork: boolean;
        service: {
            address: string;
            tls: boolean | undefined;
            caFile: string | undefined;
        };
        apps: {
            id: string;
            secret: string;
            origins: string[];
            bindToBrowser: boolean;
            requireCodeChallenge: boolean;
            exchangeFromBrowser: boolean;
            fullUserInStatus: boolean;
            pollByTicketId: boolean;
            pageFields: ("customData" | "deviceName" | "location" | "scene")[];
        }[];
        handleKeys: string[];
        hostedApi: boolean;
        handleMaxAge: number;
        heartbeat: number;
        trustedProxies: string[];
        clientAddressHeader: "x-forwarded-for" | "x-real-ip";
        limits: {
            createsPerMinute: number;
            callsPerMinute: number;
            maxTtl: number;
            streams: number;
            streamsPerAddress: number;
            connections: number;
            connectionsPerAddress: number;
        };
        shutdown: {
            deadline: number;
        };
    }>>>;
}, z.core.$strict>, z.ZodTransform<{
    grpc: {
        address: string;
        allowPlaintextOnNetwork: boolean;
        reflection: boolean;
        maxMessageBytes: number;
        maxConnectionAge: number;
        limits: {
            connections: number;
            connectionsPerAddress: number;
            handshakeTimeout: number;
            requestTimeout: number;
            incompleteRequests: number;
            streamsPerConnection: number;
            metadataBytes: number;
            healthWatches: number;
            watches: number;
            watchesPerApp: number;
            callsPerApp: number;
        };
        keepalive: {
            interval: number;
            timeout: number;
        };
        shutdown: {
            delay: number;
            deadline: number;
        };
        tls: {
            certFile: string;
            keyFile: string;
        } | undefined;
    };
    log: {
        level: "debug" | "error" | "fatal" | "info" | "silent" | "trace" | "warn";
    };
    store: {
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
    };
    tickets: {
        ttl: number;
        minTtl: number;
        maxTtl: number;
        authorizedTtl: number;
        remembered: number;
        minPollInterval: number;
        maxCustomDataBytes: number;
    };
    watch: {
        heartbeat: number;
        maxPerTicket: number;
    };
    tokens: {
        clockTolerance: number;
        cacheSize: number;
        cacheMaxAge: number;
        issuerTimeout: number;
    };
    userPools: {
        id: string;
        issuer: string;
        audience: string[];
        keys: {
            readonly jwksUri: string;
        } | {
            readonly jwksFile: string;
        } | {
            readonly hs256Secret: string;
        };
        claims: {
            userId: string;
            nickname: string;
            name: string;
            photo: string;
            email: string;
            emailVerified: string;
            phone: string;
            phoneVerified: string;
        };
        furtherClaims: string[];
        algorithms: string[];
        userInfoUri: string | undefined;
    }[];
    apps: {
        id: string;
        logoUrl: string;
        userPool: string;
        secretSha256: string[];
        name: string;
    }[];
    tokenIssuer: {
        issuer: string;
        keys: {
            file: string;
        }[];
        lifetime: number;
    } | undefined;
    gateway: {
        address: string;
        allowPlaintextOnNetwork: boolean;
        service: {
            address: string;
            tls: boolean | undefined;
            caFile: string | undefined;
        };
        apps: {
            id: string;
            secret: string;
            origins: string[];
            bindToBrowser: boolean;
            requireCodeChallenge: boolean;
            exchangeFromBrowser: boolean;
            fullUserInStatus: boolean;
            pollByTicketId: boolean;
            pageFields: ("customData" | "deviceName" | "location" | "scene")[];
        }[];
        handleKeys: string[];
        hostedApi: boolean;
        handleMaxAge: number;
        heartbeat: number;
        trustedProxies: string[];
        clientAddressHeader: "x-forwarded-for" | "x-real-ip";
        limits: {
            createsPerMinute: number;
            callsPerMinute: number;
            maxTtl: number;
            streams: number;
            streamsPerAddress: number;
            connections: number;
            connectionsPerAddress: number;
        };
        shutdown: {
            deadline: number;
        };
        tls: {
            certFile: string;
            keyFile: string;
        } | undefined;
    } | undefined;
}, {
    grpc: {
        address: string;
        allowPlaintextOnNetwork: boolean;
        reflection: boolean;
        maxMessageBytes: number;
        maxConnectionAge: number;
        limits: {
            connections: number;
            connectionsPerAddress: number;
            handshakeTimeout: number;
            requestTimeout: number;
            incompleteRequests: number;
            streamsPerConnection: number;
            metadataBytes: number;
            healthWatches: number;
            watches: number;
            watchesPerApp: number;
            callsPerApp: number;
        };
        keepalive: {
            interval: number;
            timeout: number;
        };
        shutdown: {
            delay: number;
            deadline: number;
        };
        tls: {
            certFile: string;
            keyFile: string;
        } | undefined;
    };
    log: {
        level: "debug" | "error" | "fatal" | "info" | "silent" | "trace" | "warn";
    };
    store: {
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
    };
    tickets: {
        ttl: number;
        minTtl: number;
        maxTtl: number;
        authorizedTtl: number;
        remembered: number;
        minPollInterval: number;
        maxCustomDataBytes: number;
    };
    watch: {
        heartbeat: number;
        maxPerTicket: number;
    };
    tokens: {
        clockTolerance: number;
        cacheSize: number;
        cacheMaxAge: number;
        issuerTimeout: number;
    };
    tokenIssuer?: {
        issuer: string;
        keys: {
            file: string;
        }[];
        lifetime: number;
    } | undefined;
    userPools: {
        id: string;
        issuer: string;
        audience: string[];
        keys: {
            readonly jwksUri: string;
        } | {
            readonly jwksFile: string;
        } | {
            readonly hs256Secret: string;
        };
        claims: {
            userId: string;
            nickname: string;
            name: string;
            photo: string;
            email: string;
            emailVerified: string;
            phone: string;
            phoneVerified: string;
        };
        furtherClaims: string[];
        algorithms: string[];
        userInfoUri: string | undefined;
    }[];
    apps: {
        id: string;
        logoUrl: string;
        userPool: string;
        secretSha256: string[];
        name: string;
    }[];
    gateway?: {
        address: string;
        allowPlaintextOnNetwork: boolean;
        service: {
            address: string;
            tls: boolean | undefined;
            caFile: string | undefined;
        };
        apps: {
            id: string;
            secret: string;
            origins: string[];
            bindToBrowser: boolean;
            requireCodeChallenge: boolean;
            exchangeFromBrowser: boolean;
            fullUserInStatus: boolean;
            pollByTicketId: boolean;
            pageFields: ("customData" | "deviceName" | "location" | "scene")[];
        }[];
        handleKeys: string[];
        hostedApi: boolean;
        handleMaxAge: number;
        heartbeat: number;
        trustedProxies: string[];
        clientAddressHeader: "x-forwarded-for" | "x-real-ip";
        limits: {
            createsPerMinute: number;
            callsPerMinute: number;
            maxTtl: number;
            streams: number;
            streamsPerAddress: number;
            connections: number;
            connectionsPerAddress: number;
        };
        shutdown: {
            deadline: number;
        };
        tls: {
            certFile: string;
            keyFile: string;
        } | undefined;
    } | undefined;
}>>;
/** What is right in a configuration file. */
export type Content = NonNullable<Understood<z.output<typeof fileSchema>>>;
