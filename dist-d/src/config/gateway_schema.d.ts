import * as z from "zod";
/** Section `tokenIssuer`. */
export declare const tokenIssuer: z.ZodObject<{
    issuer: z.ZodString;
    keys: z.ZodArray<z.ZodObject<{
        file: z.ZodString;
    }, z.core.$strict>>;
    lifetime: z.ZodPrefault<z.ZodPipe<z.ZodString, z.ZodTransform<number, string>>>;
}, z.core.$strict>;
/** Section `gateway`. */
export declare const gateway: z.ZodPipe<z.ZodObject<{
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
}>>;
