import type { FastifyRequest } from "fastify";
import * as z from "zod";
/** V2 gene. Custom data has three names: the SDKs', the code's, and the API list's. */
export declare const geneBody: z.ZodPipe<z.ZodObject<{
    scene: z.ZodPipe<z.ZodOptional<z.ZodNullable<z.ZodString>>, z.ZodTransform<string | undefined, string | null | undefined>>;
    params: z.ZodPipe<z.ZodPreprocess<z.ZodOptional<z.ZodNullable<z.ZodCustom<Record<string, unknown>, Record<string, unknown>>>>, unknown>, z.ZodTransform<Record<string, unknown> | undefined, Record<string, unknown> | null | undefined>>;
    customData: z.ZodPipe<z.ZodPreprocess<z.ZodOptional<z.ZodNullable<z.ZodCustom<Record<string, unknown>, Record<string, unknown>>>>, unknown>, z.ZodTransform<Record<string, unknown> | undefined, Record<string, unknown> | null | undefined>>;
    customeData: z.ZodPipe<z.ZodPreprocess<z.ZodOptional<z.ZodNullable<z.ZodCustom<Record<string, unknown>, Record<string, unknown>>>>, unknown>, z.ZodTransform<Record<string, unknown> | undefined, Record<string, unknown> | null | undefined>>;
}, z.core.$strip>, z.ZodTransform<{
    scene: string | undefined;
    customData: Record<string, unknown> | undefined;
}, {
    scene: string | undefined;
    params: Record<string, unknown> | undefined;
    customData: Record<string, unknown> | undefined;
    customeData: Record<string, unknown> | undefined;
}>>;
/** V3 gene. */
export declare const geneV3Body: z.ZodObject<{
    type: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
        "": "";
        MOBILE_APP: "MOBILE_APP";
    }>>>;
    customData: z.ZodPipe<z.ZodPreprocess<z.ZodOptional<z.ZodNullable<z.ZodCustom<Record<string, unknown>, Record<string, unknown>>>>, unknown>, z.ZodTransform<Record<string, unknown> | undefined, Record<string, unknown> | null | undefined>>;
}, z.core.$strip>;
/** V2 status, and what the phone sends. */
export declare const randomField: z.ZodObject<{
    random: z.ZodString;
}, z.core.$strip>;
/** V3 status. */
export declare const qrcodeIdField: z.ZodObject<{
    qrcodeId: z.ZodString;
}, z.core.$strip>;
/** V3, what the phone sends. */
export declare const actionBody: z.ZodObject<{
    qrcodeId: z.ZodString;
    action: z.ZodEnum<{
        CANCEL: "CANCEL";
        CONFIRM: "CONFIRM";
        SCAN: "SCAN";
    }>;
}, z.core.$strip>;
/** The exchange, in both versions. */
export declare const ticketBody: z.ZodObject<{
    ticket: z.ZodString;
    client_id: z.ZodOptional<z.ZodNullable<z.ZodString>>;
    client_secret: z.ZodOptional<z.ZodNullable<z.ZodString>>;
}, z.core.$strip>;
/** The app that asks, as the SDKs say it under the product's old name or its new one; undefined where they do not. */
export declare function appIdOf(request: FastifyRequest): string | undefined;
