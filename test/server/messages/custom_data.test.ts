import { BinaryReader } from "@bufbuild/protobuf/wire";
import { describe, expect, it, vi } from "vitest";
import { CreateTicketRequest } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { boundedCreateTicketDecoder } from "../../../src/server/messages/custom_data.js";
import { decodeRequest } from "../../../src/server/messages/decode.js";

const maxBytes = 512;
const decoder = boundedCreateTicketDecoder(maxBytes);
const encoded = (customData: object) => CreateTicketRequest.encode({ ...whole, customData }).finish();
const whole = CreateTicketRequest.fromPartial({
  scene: "APP_AUTH",
  codeChallenge: "x",
  qrImage: { size: 64 },
});

/**
 * Objects whose JSON has exactly the largest size, each with the contents that take most bytes in protobuf
 * for their size in JSON.
 */
const full = {
  numbers: { a: Array(252).fill(1) },
  "numbers by name": Object.fromEntries(Array.from({ length: 75 }, (_, index) => [index.toString(36), 1])),
  "empty lists": { a: Array(168).fill([]) },
  nulls: { a: Array(100).fill(null) },
  nested: JSON.parse(`{"a":${"[".repeat(40)}${"]".repeat(40)}}`) as object,
  text: { a: "x".repeat(503) },
};

describe("custom data of CreateTicket", () => {
  it.each(Object.entries(full))(
    "custom data of the largest allowed size is decoded: %s",
    (_what, customData) => {
      expect(Buffer.byteLength(JSON.stringify(customData))).toBeLessThanOrEqual(maxBytes);
      expect(decodeRequest(decoder, encoded(customData))).toEqual({ ...whole, customData });
    },
  );

  it.each([
    [
      "many names",
      Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [index.toString(36), null])),
    ],
    ["a long list", { a: Array(9_000).fill(null) }],
    ["a long text", { a: "x".repeat(60_000) }],
  ])("custom data that cannot fit is rejected before it is decoded: %s", (_what, customData) => {
    const decode = vi.spyOn(CreateTicketRequest, "decode");
    try {
      expect(() => decodeRequest(decoder, encoded(customData))).toThrow(
        expect.objectContaining({
          reason: "INVALID_REQUEST",
          fieldViolations: [
            { field: "custom_data", description: "must have at most 512 bytes as JSON in ASCII" },
          ],
        }),
      );
      expect(decode).not.toHaveBeenCalled();
    } finally {
      decode.mockRestore();
    }
  });

  it("custom data in several parts is measured as a whole", () => {
    const part = encoded({ a: "x".repeat(400) });
    const bytes = Buffer.concat(Array.from({ length: 20 }, () => part));
    expect(() => decoder.decode(new BinaryReader(bytes))).toThrow("custom_data");
  });
});
