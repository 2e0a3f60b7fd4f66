import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newTicketId } from "../../src/domain/secrets.js";
import { TicketError } from "../../src/domain/ticket_error.js";
import { parseQrContent, serializeQrContent } from "../../src/qr/qr_content.js";

const ticketId = "q83vEjRWeJCrze8SNFZ4kA";
const validContent = { scene: "APP_AUTH", random: ticketId, userPoolId: "demo-pool" };
const parsedContent = { scene: "APP_AUTH", ticketId, step: undefined, userPoolId: "demo-pool" };

/** Returns the error for a text. Fails if the text is accepted or another error is thrown. */
function errorOf(text: string): TicketError {
  try {
    parseQrContent(text);
  } catch (error) {
    if (error instanceof TicketError) return error;
    throw error;
  }
  throw new Error("the text was read");
}

describe("serializeQrContent", () => {
  it("writes the guide's JSON, with its keys in its order", () => {
    const text = serializeQrContent({
      scene: "APP_AUTH",
      ticketId,
      step: undefined,
      userPoolId: "demo-pool",
      createdAt: Date.UTC(2019, 11, 27, 11, 53, 41, 260),
      expiresAt: Date.UTC(2019, 11, 27, 11, 55, 41, 260),
      customData: '{"hello":"world"}',
    });
    expect(text).toBe(
      `{"scene":"APP_AUTH","random":"${ticketId}","userPoolId":"demo-pool",` +
        `"createdAt":"2019-12-27T11:53:41.260Z","expireAt":"2019-12-27T11:55:41.260Z","customData":{"hello":"world"}}`,
    );
  });

  it("writes id, step and proof as random if the code changes, of one length for every step", () => {
    const texts = [1, 42, 1_000].map((number) =>
      serializeQrContent({
        ...{ ...parsedContent, createdAt: 0, expiresAt: 1, customData: undefined },
        step: { number, proof: "AbCdEf012-_9" },
      }),
    );
    expect(texts.map((text) => JSON.parse(text).random)).toEqual([
      `${ticketId}.0001.AbCdEf012-_9`,
      `${ticketId}.0042.AbCdEf012-_9`,
      `${ticketId}.1000.AbCdEf012-_9`,
    ]);
  });

  it("writes an empty object if the app has no custom data", () => {
    const text = serializeQrContent({ ...parsedContent, createdAt: 0, expiresAt: 1, customData: undefined });
    expect(JSON.parse(text).customData).toEqual({});
  });

  it("writes the custom data unchanged, including numbers that JavaScript cannot represent", () => {
    const customData = '{"n":12345678901234567890.10,"text":"\\u00e9 \\\\u00e9 ~"}';
    expect(serializeQrContent({ ...parsedContent, createdAt: 0, expiresAt: 1, customData })).toContain(
      `"customData":${customData}}`,
    );
  });

  it("escapes every character outside printable ASCII, in scene, pool, keys and values", () => {
    const customData = JSON.stringify({ é: ["日", "🛒", "\u007f\u2028", "\ud800"] });
    const text = serializeQrContent({
      ...{ scene: "ü", userPoolId: "ß", ticketId, step: undefined, createdAt: 0, expiresAt: 1, customData },
    });
    expect(text).toContain('"scene":"\\u00fc"');
    expect(text).toContain('"userPoolId":"\\u00df"');
    expect(text).toContain('{"\\u00e9":["\\u65e5","\\ud83d\\uded2","\\u007f\\u2028","\\ud800"]}');
  });

  it("writes text that parses to the same values, whatever scene, pool and custom data contain", () => {
    const time = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
    const content = fc.record({
      scene: fc.string({ minLength: 1, maxLength: 32, unit: "binary" }),
      userPoolId: fc.string({ minLength: 1, maxLength: 64, unit: "binary" }),
      createdAt: time,
      expiresAt: time,
      step: fc.option(
        fc.record({ number: fc.integer({ min: 1, max: 1_000 }), proof: fc.stringMatching(/^[\w-]{12}$/) }),
        { nil: undefined },
      ),
      customData: fc.option(
        fc
          .dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 })
          .map((data) => JSON.stringify(data)),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(content, (drawn) => {
        const ticketId = newTicketId();
        const text = serializeQrContent({ ...drawn, ticketId });
        expect(text).toMatch(/^[ -~]*$/);
        fc.pre(text.length <= 4096);
        expect(parseQrContent(text)).toEqual({
          scene: drawn.scene,
          ticketId,
          step: drawn.step,
          userPoolId: drawn.userPoolId,
        });
        expect(JSON.parse(text).customData).toEqual(JSON.parse(drawn.customData ?? "{}"));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("parseQrContent", () => {
  it.each([
    ["only the required keys", validContent],
    [
      "the guide's times",
      { ...validContent, createdAt: "2019-12-27T11:53:41.260Z", expireAt: "2019-12-27T11:55:41.260Z" },
    ],
    ["the older expiresIn as a number", { ...validContent, expiresIn: 120 }],
    ["the older expiresIn as text", { ...validContent, expiresIn: "120" }],
    ["times that make no sense", { ...validContent, createdAt: "yesterday", expireAt: "" }],
    ["keys that we do not know", { ...validContent, version: 2, nested: { random: "another" } }],
    ["custom data", { ...validContent, customData: { random: "another", scene: 1 } }],
  ])("accepts a text with %s", (_, content) => {
    expect(parseQrContent(JSON.stringify(content))).toEqual(parsedContent);
  });

  it("accepts up to 4,096 characters and rejects more", () => {
    const text = JSON.stringify(validContent);
    expect(parseQrContent(text.padEnd(4096))).toEqual(parsedContent);
    expect(errorOf(text.padEnd(4097)).reason).toBe("QR_CONTENT_INVALID");
  });

  it("counts characters instead of UTF-16 units", () => {
    const around = JSON.stringify({ ...validContent, text: "" }).length;
    const withCarts = (count: number) =>
      JSON.stringify({ ...validContent, text: "🛒".repeat(count - around) });
    expect(parseQrContent(withCarts(4096))).toEqual(parsedContent);
    expect(errorOf(withCarts(4097)).reason).toBe("QR_CONTENT_INVALID");
  });

  it.each([
    ["nothing", ""],
    ["text other than JSON", "https://example.com/login"],
    ["half of it", JSON.stringify(validContent).slice(0, -1)],
    ["two of them", JSON.stringify(validContent).repeat(2)],
    ["null", "null"],
    ["an array", JSON.stringify([validContent])],
    ["a text", JSON.stringify(JSON.stringify(validContent))],
    ["no scene", JSON.stringify({ ...validContent, scene: undefined })],
    ["an empty scene", JSON.stringify({ ...validContent, scene: "" })],
    ["a scene that is a number", JSON.stringify({ ...validContent, scene: 1 })],
    ["no user pool", JSON.stringify({ ...validContent, userPoolId: undefined })],
    ["an empty user pool", JSON.stringify({ ...validContent, userPoolId: "" })],
    ["a user pool that is an object", JSON.stringify({ ...validContent, userPoolId: {} })],
    ["no random", JSON.stringify({ ...validContent, random: undefined })],
    ["a random that is a list of one", JSON.stringify({ ...validContent, random: [ticketId] })],
    ["a random that is too short", JSON.stringify({ ...validContent, random: ticketId.slice(1) })],
    ["a random that is too long", JSON.stringify({ ...validContent, random: `${ticketId}A` })],
    ["a random with padding", JSON.stringify({ ...validContent, random: `${ticketId}==` })],
    ["a random with a space", JSON.stringify({ ...validContent, random: ` ${ticketId}` })],
    [
      "a random of another alphabet",
      JSON.stringify({ ...validContent, random: "+//////////////////////w".slice(0, 22) }),
    ],
    [
      "a random with stray last bits",
      JSON.stringify({ ...validContent, random: `${ticketId.slice(0, 21)}B` }),
    ],
    ...[
      ...[
        ".",
        ".1.AbCdEf012-_9",
        ".00001.AbCdEf012-_9",
        ".0001",
        ".0001.",
        ".0001.AbCdEf012-_",
        "..AbCdEf012-_9",
      ],
      ...[
        ".0001.AbCdEf012-_9A",
        ".0001.AbCdEf012+/9",
        ".0001.AbCdEf012-_9.",
        ".-001.AbCdEf012-_9",
        ".1e03.AbCdEf012-_9",
      ],
      ...[
        ".0001.AbCdEf012-_9\n",
        ".0001 AbCdEf012-_9",
        ".٠٠٠١.AbCdEf012-_9",
        ".0001.AbCdEf012-_9.0002.AbCdEf012-_9",
      ],
    ].map((suffix): [string, string] => [
      `an id and ${JSON.stringify(suffix)} as random`,
      JSON.stringify({ ...validContent, random: `${ticketId}${suffix}` }),
    ]),
    [
      "a malformed id with a step as random",
      JSON.stringify({ ...validContent, random: `${ticketId.slice(1)}.0001.AbCdEf012-_9` }),
    ],
    ["Authing's random", JSON.stringify({ ...validContent, random: "5e05f0c57fde537d950f7da5" })],
    ["a createdAt that is a number", JSON.stringify({ ...validContent, createdAt: 1 })],
    ["an expireAt that is a number", JSON.stringify({ ...validContent, expireAt: 1 })],
    ["an expireAt that is null", JSON.stringify({ ...validContent, expireAt: null })],
    ["an expiresIn that is an object", JSON.stringify({ ...validContent, expiresIn: {} })],
    ["custom data that is a text", JSON.stringify({ ...validContent, customData: "{}" })],
    ["custom data that is a list", JSON.stringify({ ...validContent, customData: [] })],
    ["custom data that is null", JSON.stringify({ ...validContent, customData: null })],
    ["the needed keys in __proto__ only", `{"__proto__":${JSON.stringify(validContent)}}`],
    ["lists 4,096 deep", "[".repeat(4096)],
    ["objects 600 deep", `${'{"a":'.repeat(600)}1${"}".repeat(600)}`],
  ])("rejects a text with %s", (_, text) => {
    expect(errorOf(text).reason).toBe("QR_CONTENT_INVALID");
  });

  it("accepts the key __proto__ without changing any object", () => {
    const text = `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${JSON.stringify(validContent).slice(1)}`;
    expect(parseQrContent(text)).toEqual(parsedContent);
    expect(Object.getPrototypeOf(parseQrContent(text))).toBe(Object.prototype);
    expect({}).not.toHaveProperty("polluted");
  });

  it("uses the last one of a repeated key and validates it", () => {
    const other = newTicketId();
    const head = JSON.stringify(validContent).slice(0, -1);
    expect(parseQrContent(`${head},"random":"${other}"}`).ticketId).toBe(other);
    expect(errorOf(`${head},"random":"x"}`).reason).toBe("QR_CONTENT_INVALID");
  });

  it("accepts deep nesting in unused keys", () => {
    const deep = `${"[".repeat(1500)}${"]".repeat(1500)}`;
    expect(parseQrContent(`{"unknown":${deep},${JSON.stringify(validContent).slice(1)}`)).toEqual(
      parsedContent,
    );
  });

  it("returns the same error for every text, without quoting it", () => {
    const texts = [
      "SECRETTEXT",
      '{"scene":"SECRETTEXT"',
      JSON.stringify({ ...validContent, random: "SECRETTEXT" }),
    ];
    for (const ticketError of texts.map(errorOf)) {
      expect(ticketError.message).toBe(new TicketError("QR_CONTENT_INVALID").message);
      expect(`${ticketError.cause}`).not.toContain("SECRETTEXT");
      expect(ticketError.fieldViolations).toEqual([]);
      expect(`${ticketError.stack}`).not.toContain("SECRETTEXT");
    }
  });

  it("states the failed check in the error's cause, for the log", () => {
    const causeOf = (changes: object) => errorOf(JSON.stringify({ ...validContent, ...changes })).cause;
    expect(errorOf("x".repeat(5_000)).cause).toBe("the text is too long");
    expect(errorOf("https://shop.example.com/").cause).toBe("the text is not JSON");
    expect(errorOf("[]").cause).toBe("the text is JSON but not an object");
    expect(causeOf({ scene: 1 })).toBe("scene, random or userPoolId is missing or not a string");
    expect(causeOf({ random: "x" })).toBe("random is not a ticket id, alone or with a step");
    expect(causeOf({ createdAt: 1 })).toBe("createdAt is not a string");
    expect(causeOf({ expireAt: 1 })).toBe("expireAt is not a string");
    expect(causeOf({ expiresIn: {} })).toBe("expiresIn is not a number");
    expect(causeOf({ customData: [] })).toBe("customData is not an object");
  });

  it("accepts any text or rejects it with QR_CONTENT_INVALID", () => {
    const key = fc.constantFrom(
      "scene",
      "random",
      "userPoolId",
      "createdAt",
      "expireAt",
      "expiresIn",
      "customData",
      "__proto__",
    );
    const random = fc.tuple(fc.constant(ticketId), fc.string(), fc.string()).map((parts) => parts.join("."));
    const value = fc.oneof(fc.jsonValue(), fc.constant(ticketId), random, fc.constant("APP_AUTH"));
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.json(),
      fc
        .array(fc.tuple(key, value), { maxLength: 10 })
        .map(
          (pairs) =>
            `{${pairs.map(([name, held]) => `${JSON.stringify(name)}:${JSON.stringify(held)}`).join()}}`,
        ),
    );
    fc.assert(
      fc.property(text, (scanned) => {
        try {
          expect(parseQrContent(scanned).ticketId).toHaveLength(22);
        } catch (error) {
          expect(error).toMatchObject({ name: "TicketError", reason: "QR_CONTENT_INVALID" });
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
