import * as z from "zod";
/** The addresses and networks of the proxies in front. Refuses what holds everybody, by itself or together. */
export declare const trustedNetworks: z.ZodArray<z.ZodString>;
