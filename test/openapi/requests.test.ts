import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTicketBody, exchangeBody, handleBody, imageQuery } from "../../src/gateway/routes/schemas.js";
import { callRpc } from "../gateway/connect/rpc_calls.js";
import { setUpGateway } from "../gateway/setup.js";
import { operations, problemsOf, reasonOf } from "./description.js";

setUpGateway();

/** Characters that count differently in code points, UTF-16 units and bytes, and characters of base64url. */
const text = (max: number) =>
  fc.oneof(
    fc.string({ unit: fc.constantFrom("A", "z", "_", "é", "💥"), maxLength: 4 }),
    fc.string({ unit: fc.constantFrom("A", "💥"), minLength: max - 1, maxLength: max + 1 }),
    fc.string({ unit: fc.constantFrom("A", "B", "E"), minLength: 42, maxLength: 44 }),
  );

/** Small values, since JSON Schema cannot express the limit of custom data in bytes. */
const anything = fc.oneof(
  fc.constantFrom(null, true, "", 0, -1, 1.5, 2 ** 53, 86_400_001),
  fc.object({ maxDepth: 0, maxKeys: 3 }),
);

/** Bodies with any of these fields, of which at most one has an arbitrary value, or with an unknown field. */
function nearlyValid(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  const names = [...Object.keys(fields), "unknown", undefined, undefined, undefined];
  return fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.constantFrom(...names), anything)
    .map(([body, name, value]) => (name === undefined ? body : { ...body, [name]: value }));
}

const bodies = [
  [
    "CreateTicketBody",
    createTicketBody,
    nearlyValid({
      appId: text(64),
      // The service checks the pattern of a scene, not the gateway.
      scene: fc.constantFrom("APP_AUTH", ""),
      customData: fc.constant({ cart: 1 }),
      ttlMs: fc.integer({ min: -1, max: 90_000_000 }),
      deviceName: text(256),
      location: text(256),
      codeChallenge: text(43).filter((challenge) => challenge.length > 40),
    }),
  ],
  ["HandleBody", handleBody, nearlyValid({ handle: text(2_048) })],
  ["ExchangeBody", exchangeBody, nearlyValid({ exchangeTicket: text(256), codeVerifier: text(128) })],
] as const;

describe("the described requests", () => {
  it.each(bodies)(
    "the schema %s accepts exactly the bodies that the gateway accepts",
    (name, schema, body) => {
      const seen = { accepted: 0, rejected: 0 };
      fc.assert(
        fc.property(body, (given) => {
          const problems = problemsOf({ $ref: `#/components/schemas/${name}` }, given);
          const isAccepted = schema.safeParse(given).success;
          expect({ isAccepted, problems }).toMatchObject({ isAccepted: problems.length === 0 });
          seen[isAccepted ? "accepted" : "rejected"]++;
        }),
        { numRuns: 1_000 },
      );
      // About 60 of the most complex bodies are accepted. A limit near that would fail by chance.
      expect(Math.min(seen.accepted, seen.rejected)).toBeGreaterThan(10);
    },
  );

  it("the parameters of an image are those that the gateway reads", () => {
    const route = [...operations].find(([name]) => name.endsWith(".svg"))?.[1];
    const parameters = (route?.parameters ?? []).filter((parameter) => parameter.in === "query");
    expect(parameters.map(({ name }) => name)).toEqual(Object.keys(imageQuery.shape));
    for (const { name, schema } of parameters) {
      for (const value of [0, 16, 17, 63, 64, 1_024, 1_025, "L", "H", "X"]) {
        const isAccepted = imageQuery.safeParse({ [name]: String(value) }).success;
        expect(problemsOf(schema, value).length === 0, `${name}=${value}`).toBe(isAccepted);
      }
    }
  });

  it("the schemas of the phone's methods accept exactly what the service does not call an INVALID_REQUEST", async () => {
    // Without null, which the JSON of protobuf takes for an absent field. The description does not offer that.
    const ticketId = fc.oneof(text(64), fc.constantFrom(1, true, {}));
    const scanned = fc.record({ ticketId, qrContent: ticketId }, { requiredKeys: [] });
    const calls = fc.oneof(
      fc.tuple(fc.constant("MarkScanned"), scanned),
      fc.tuple(fc.constantFrom("Authorize", "Cancel"), fc.record({ ticketId }, { requiredKeys: [] })),
    );
    const seen = { accepted: 0, rejected: 0 };
    await fc.assert(
      fc.asyncProperty(calls, async ([method, body]) => {
        const problems = problemsOf({ $ref: `#/components/schemas/qrlogin.v1.${method}Request` }, body);
        const isAccepted = reasonOf((await callRpc(method, body)).json) !== "INVALID_REQUEST";
        expect({ isAccepted, problems }).toMatchObject({ isAccepted: problems.length === 0 });
        seen[isAccepted ? "accepted" : "rejected"]++;
      }),
      { numRuns: 150 },
    );
    // About 35 are accepted.
    expect(Math.min(seen.accepted, seen.rejected)).toBeGreaterThan(3);
  });
});
