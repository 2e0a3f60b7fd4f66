import * as z from "zod";
import { maxCustomDataBytes, customData as object, single } from "../requests.js";
/** Longest handle or ticket that is looked at, in characters. */
const maxName = 2_048;
const name = z.string().min(1, "is required").max(maxName, "is too long");
const customData = z.preprocess(parsed, object.nullish()).transform((value) => value ?? undefined);
const scene = z
    .string("must be a text")
    .max(32, "is too long")
    .refine((value) => value !== "WXAPP_AUTH" && value !== "WECHATMP_AUTH", {
    message: "asks for a code of another vendor's app; this server makes codes for your own app: APP_AUTH",
})
    .nullish()
    .transform((value) => value ?? undefined);
// One SDK sends an empty text where none is given.
const type = z
    .enum(["MOBILE_APP", ""], "must be MOBILE_APP: this server makes codes for your own app only")
    .nullish();
/** V2 gene. Custom data has three names: the SDKs', the code's, and the API list's. */
export const geneBody = z
    .object({ scene, params: customData, customData, customeData: customData })
    .transform((body) => ({
    scene: body.scene,
    customData: body.params ?? body.customData ?? body.customeData,
}));
/** V3 gene. */
export const geneV3Body = z.object({ type, customData });
/** V2 status, and what the phone sends. */
export const randomField = z.object({ random: name });
/** V3 status. */
export const qrcodeIdField = z.object({ qrcodeId: name });
/** V3, what the phone sends. */
export const actionBody = z.object({
    qrcodeId: name,
    action: z.enum(["SCAN", "CONFIRM", "CANCEL"], "must be SCAN, CONFIRM or CANCEL"),
});
const credential = z.string("must be a text").max(1_024, "is too long").nullish();
/** The exchange, in both versions. */
export const ticketBody = z.object({ ticket: name, client_id: credential, client_secret: credential });
/** The app that asks, as the SDKs say it under the product's old name or its new one; undefined where they do not. */
export function appIdOf(request) {
    return single(request.headers["x-authing-app-id"]) ?? single(request.headers["x-genauth-app-id"]);
}
/** The API list has a text where the SDKs send an object. */
function parsed(value) {
    if (typeof value !== "string" || value.length > maxCustomDataBytes)
        return value;
    if (value === "")
        return undefined;
    try {
        return JSON.parse(value);
    }
    catch {
        return value;
    }
}
