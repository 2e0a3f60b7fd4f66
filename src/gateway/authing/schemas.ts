import type { FastifyRequest } from "fastify";
import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { singleValue } from "../http/validation.js";
import { customData as customDataObject } from "../tickets/custom_data.js";

/** Longest handle or exchange ticket that is accepted, in characters. */
const maxIdLength = 2_048;

const idField = z.string().min(1, "is required").max(maxIdLength, "is too long");

const customData = z
  .preprocess(parseJsonText, customDataObject.nullish())
  .transform((value) => value ?? undefined);

const scene = z
  .string("must be a string")
  .max(fieldLimits.scene, "is too long")
  .refine((value) => value !== "WXAPP_AUTH" && value !== "WECHATMP_AUTH", {
    message: "must be APP_AUTH: this server creates codes for your own app, not for WeChat",
  })
  .nullish()
  .transform((value) => value ?? undefined);

// One SDK sends an empty string for a type that is not set.
const typeField = z
  .enum(["MOBILE_APP", ""], "must be MOBILE_APP: this server creates codes only for your own app")
  .nullish();

/**
 * Schema of V2 `gene`. Custom data has three names: `params` in the SDKs, `customData` in the QR code, and
 * `customeData` in Authing's API reference.
 */
export const geneBody = z
  .object({ scene, params: customData, customData, customeData: customData })
  .transform((body) => ({
    scene: body.scene,
    customData: body.params ?? body.customData ?? body.customeData,
  }));

/** Schema of V3 `gene-qrcode`. */
export const geneV3Body = z.object({ type: typeField, customData });

/** Schema of the V2 status call and of the phone's V2 calls. */
export const randomParameter = z.object({ random: idField });

/** Schema of the V3 status call. */
export const qrcodeIdParameter = z.object({ qrcodeId: idField });

/** Schema of the phone's V3 call. */
export const actionBody = z.object({
  qrcodeId: idField,
  action: z.enum(["SCAN", "CONFIRM", "CANCEL"], "must be SCAN, CONFIRM or CANCEL"),
});

const credential = z.string("must be a string").max(1_024, "is too long").nullish();

const clientFields = { client_id: credential, client_secret: credential };

/** Schema of the exchange, in both versions. */
export const exchangeBody = z.object({ ticket: idField, ...clientFields });

/** Longest token that is accepted, in characters. A body can be no longer. */
const maxTokenLength = 8_192;

/** A token, of the longest that a body can hold. */
export const tokenField = z.string("is required").min(1, "is required").max(maxTokenLength, "is too long");

/** Schema of the introspection. Its `token_type_hint` has no effect (RFC 7662, section 2.1). */
export const introspectionBody = z.object({ token: tokenField, ...clientFields });

/** Schema of the query and of the body of UserInfo. */
export const accessTokenParameter = z.object({ access_token: tokenField.optional() });

/** Schema of the V2 token check. */
export const tokenCheckQuery = z.object({
  access_token: tokenField.optional(),
  id_token: tokenField.optional(),
});

/** Schema of the V3 check of an app's secret. */
export const appSecretBody = z.object({
  appId: z.string("is required").min(1, "is required").max(1_024, "is too long"),
  appSecret: z.string("is required").min(1, "is required").max(1_024, "is too long"),
});

/**
 * Returns the app id that the SDKs send in a header, under the product's old or new name; undefined if there
 * is none.
 */
export function appIdOf(request: FastifyRequest): string | undefined {
  return singleValue(request.headers["x-authing-app-id"]) ?? singleValue(request.headers["x-genauth-app-id"]);
}

/**
 * Parses custom data that is sent as text. Authing's API reference specifies a string, but the SDKs send an
 * object.
 */
function parseJsonText(value: unknown): unknown {
  if (typeof value !== "string" || value.length > fieldLimits.customDataBytes) return value;
  if (value === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
