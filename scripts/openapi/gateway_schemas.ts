import * as z from "zod";
import { transitions } from "../../src/domain/transitions.js";
import {
  checkCodeBody,
  createTicketBody,
  exchangeBody,
  handleBody,
} from "../../src/gateway/routes/schemas.js";
import type * as http from "../../src/http_types.js";
import type { InterfaceComments } from "./doc_comments.js";
import { refTo, type Schema, type Schemas } from "./types.js";

/** `unknown` if two types are the same but for `readonly`, else `never`. */
type IfSame<A, B> = [A, B, keyof A, keyof B] extends [B, A, keyof B, keyof A] ? unknown : never;

/** Returns a function that accepts a schema only if its values have the type of the HTTP contract. */
const describing =
  <T>() =>
  <S extends z.ZodType>(schema: S & IfSame<z.output<S>, T>): S =>
    schema;

const count = z.int().min(0);
const time = z.string().meta({ format: "date-time" });
const anyObject = z.record(z.string(), z.unknown());

const fieldViolation = describing<http.FieldViolation>()(
  z.object({ field: z.string(), description: z.string() }),
);
const scannedBy = describing<http.ScannedBy>()(z.object({ nickname: z.string(), photoUrl: z.string() }));
const appDisplay = describing<http.AppDisplay>()(
  z.object({ name: z.string().nullable(), logo: z.string().nullable() }),
);
const qrCodeStep = describing<http.QrCodeStep>()(
  z.object({
    step: count,
    qrContent: z.string(),
    pictures: z.object({ svg: z.string(), png: z.string() }),
    remainingMs: count.nullable(),
  }),
);
const checkCodeRequest = describing<http.CheckCodeRequest>()(
  z.object({ digits: count, attemptsLeft: count }),
);
const tokenSet = describing<http.TokenSet>()(
  z.object({
    idToken: z.string(),
    accessToken: z.string(),
    tokenType: z.literal("Bearer"),
    expiresAt: time.nullable(),
    expiresInMs: count,
  }),
);

const responses = {
  CreateTicketResponse: describing<http.CreateTicketResponse>()(
    z.object({
      handle: z.string(),
      ticketId: z.string(),
      app: appDisplay,
      qrContent: z.string(),
      pictures: z.object({ svg: z.string(), png: z.string() }),
      expiresAt: time,
      remainingMs: count,
      minPollIntervalMs: count,
      qrCode: qrCodeStep.nullable(),
    }),
  ),
  StatusResponse: describing<http.StatusResponse>()(
    z.object({
      ticketId: z.string(),
      state: z.string(),
      revision: count,
      expiresAt: time.nullable(),
      remainingMs: count,
      scannedBy: scannedBy.nullable(),
      exchangeTicket: z.string().nullable(),
      cancelReason: z.string().nullable(),
      checkCode: checkCodeRequest.nullable(),
      qrCode: qrCodeStep.nullable(),
    }),
  ),
  CheckCodeResponse: describing<http.CheckCodeResponse>()(
    z.object({ state: z.literal("AUTHORIZED"), revision: count }),
  ),
  WithdrawResponse: describing<http.WithdrawResponse>()(
    z.object({ state: z.literal("CANCELLED"), revision: count }),
  ),
  ExchangeResponse: describing<http.ExchangeResponse>()(
    z.object({
      user: anyObject.nullable(),
      userPoolId: z.string(),
      approval: anyObject.nullable(),
      tokenSet: tokenSet.nullable(),
    }),
  ),
  Problem: describing<http.Problem>()(
    z.object({
      title: z.string().optional(),
      status: z.int(),
      detail: z.string(),
      reason: z.string(),
      currentState: z.string().exactOptional(),
      attemptsLeft: count.exactOptional(),
      fieldViolations: z.array(fieldViolation).readonly().exactOptional(),
      retryAfterMs: count.exactOptional(),
      limit: z.string().exactOptional(),
      requestId: z.string().exactOptional(),
    }),
  ),
  FieldViolation: fieldViolation,
  ScannedBy: scannedBy,
  QrCodeStep: qrCodeStep,
  CheckCodeRequest: checkCodeRequest,
  TokenSet: tokenSet,
};

const requests = {
  CreateTicketBody: createTicketBody,
  HandleBody: handleBody,
  CheckCodeBody: checkCodeBody,
  ExchangeBody: exchangeBody,
};

const stateNames = Object.keys(transitions);
const cancelReasonNames = ["CANCELLED_BY_APPROVER", "WITHDRAWN_BY_CREATOR", "CHECK_CODE_FAILED"];

/** Keywords of properties that their zod schemas cannot express. */
const keywords: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  StatusResponse: {
    state: { "x-extensible-enum": stateNames },
    cancelReason: { "x-extensible-enum": [...cancelReasonNames, null] },
  },
  // The user and the approval are those of ExchangeUserInfo.
  ExchangeResponse: { user: nullable("qrlogin.v1.UserInfo"), approval: nullable("qrlogin.v1.Approval") },
  Problem: { reason: refTo("ErrorReason") },
};

/** Returns the schemas of the bodies of the gateway's own API, with the comments of the types in `http_types.ts`. */
export function gatewaySchemas(comments: ReadonlyMap<string, InterfaceComments>): Schemas {
  const schemas = { ...toJsonSchemas(requests, "input"), ...toJsonSchemas(responses, "output") };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      withComments(schema, keywords[name] ?? {}, comments.get(name)),
    ]),
  );
}

function toJsonSchemas(named: Readonly<Record<string, z.ZodType>>, io: "input" | "output"): Schemas {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const uri = (id: string) => String(refTo(id).$ref);
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri,
    // customData is checked by a function, and has its type as metadata.
    unrepresentable: "any",
    override({ jsonSchema: schema }) {
      if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
      if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
      if (schema.minLength === 0) delete schema.minLength;
      delete schema.readOnly;
      // Requests are strict. A response may get more properties in a later release.
      if (io === "output") delete schema.additionalProperties;
    },
  });
  return schemas as Schemas;
}

function withComments(
  { $schema, $id, properties, ...schema }: Schema,
  added: Readonly<Record<string, Schema>>,
  comments: InterfaceComments | undefined,
): Schema {
  if (!comments) throw new Error(`http_types.ts has no comment for ${$id}`);
  const described = Object.entries(properties as Schemas).map(([name, property]) => {
    const description = comments.properties[name];
    return [name, { ...property, ...added[name], ...(description !== undefined && { description }) }];
  });
  return { ...schema, properties: Object.fromEntries(described), description: comments.description };
}

function nullable(name: string): Schema {
  return { anyOf: [refTo(name), { type: "null" }] };
}
