import type { FastifyRequest } from "fastify";
import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { singleValue } from "../http/validation.js";
import { customData as object } from "../tickets/custom_data.js";

/** Longest handle or ticket that is looked at, in characters. */
const maxIdLength = 2_048;

const idField = z.string().min(1, "is required").max(maxIdLength, "is too long");

const customData = z.preprocess(parseJsonText, object.nullish()).transform((value) => value ?? undefined);

const scene = z
  .string("must be a text")
  .max(fieldLimits.scene, "is too long")
  .refine((value) => value !== "WXAPP_AUTH" && value !== "WECHATMP_AUTH", {
    message: "asks for a code of another vendor's app; this server makes codes for your own app: APP_AUTH",
  })
  .nullish()
  .transform((value) => value ?? undefined);

// One SDK sends an empty text where none is given.
const typeField = z
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
export const geneV3Body = z.object({ type: typeField, customData });

/** V2 status, and what the phone sends. */
export const randomField = z.object({ random: idField });

/** V3 status. */
export const qrcodeIdField = z.object({ qrcodeId: idField });

/** V3, what the phone sends. */
export const actionBody = z.object({
  qrcodeId: idField,
  action: z.enum(["SCAN", "CONFIRM", "CANCEL"], "must be SCAN, CONFIRM or CANCEL"),
});

const credential = z.string("must be a text").max(1_024, "is too long").nullish();

/** The exchange, in both versions. */
export const exchangeBody = z.object({ ticket: idField, client_id: credential, client_secret: credential });

/** The app that asks, as the SDKs say it under the product's old name or its new one; undefined where they do not. */
export function appIdOf(request: FastifyRequest): string | undefined {
  return singleValue(request.headers["x-authing-app-id"]) ?? singleValue(request.headers["x-genauth-app-id"]);
}

/** The API list has a text where the SDKs send an object. */
function parseJsonText(value: unknown): unknown {
  if (typeof value !== "string" || value.length > fieldLimits.customDataBytes) return value;
  if (value === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
