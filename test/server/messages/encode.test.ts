import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CreateTicketResponse,
  ExchangeUserInfoResponse,
  GetSigningKeysResponse,
  GetStatusResponse,
  MarkScannedResponse,
} from "../../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../../../gen/qrlogin/v1/ticket.js";
import { type Encoder, encodeResponse } from "../../../src/server/messages/encode.js";

/** Creates a response, to be encoded by the service and by the generated code alone. */
interface Sample {
  ours(): Buffer;
  generated(): Uint8Array;
}

interface Codec<T, Partly> extends Encoder<T> {
  fromPartial(partly: Partly): T;
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
}

function samplesOf<T, Partly>(codec: Codec<T, Partly>, partly: fc.Arbitrary<Partly>): fc.Arbitrary<Sample> {
  return partly.map((fields) => {
    const message = codec.fromPartial(fields);
    return {
      ours: () => encodeResponse(codec, message),
      generated: () => codec.encode(message).finish(),
    };
  });
}

// The library writes texts differently above 127 characters, and messages above 127 bytes.
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  ...[
    fc.string({ unit: "binary-ascii", minLength: 100, maxLength: 300 }),
    fc.constantFrom("", "é".repeat(127)),
  ],
  // This is larger than the buffer that the shared writer keeps.
  fc.integer({ min: 16_000, max: 40_000 }).map((length) => "x".repeat(length)),
);
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
const duration = fc.record({ seconds: fc.nat(), nanos: fc.nat(999_999_999) });
const state = fc.constantFrom(TicketState.PENDING, TicketState.AUTHORIZED);
const data = fc.uint8Array({ maxLength: 40_000 }).map((bytes) => Buffer.from(bytes));

const samples: fc.Arbitrary<Sample> = fc.oneof(
  samplesOf(
    CreateTicketResponse,
    fc.record({
      ...{
        ticketId: text,
        ticketSecret: text,
        qrContent: text,
        expireTime: time,
        remainingDuration: duration,
      },
      qrImage: fc.option(fc.record({ mediaType: text, data }), { nil: undefined }),
    }),
  ),
  samplesOf(
    GetStatusResponse,
    fc.record({
      status: fc.record({
        ticketId: text,
        state,
        revision: fc.nat(),
        exchangeTicket: text,
        expireTime: time,
      }),
    }),
  ),
  samplesOf(
    MarkScannedResponse,
    fc.record({ ticketId: text, customData: fc.dictionary(text, fc.jsonValue()) }) as fc.Arbitrary<object>,
  ),
  samplesOf(
    ExchangeUserInfoResponse,
    fc.record({ user: fc.record({ userId: text, photoUrl: text }), tokenSet: fc.record({ idToken: text }) }),
  ),
);

const status = (revision: number) => GetStatusResponse.fromPartial({ status: { ticketId: "id", revision } });
const secret = CreateTicketResponse.fromPartial({ ticketId: "id", ticketSecret: "s".repeat(43) });

describe("an encoded response", () => {
  test("an encoded response has the bytes of the generated code, whatever is encoded before or after it", () => {
    fc.assert(
      fc.property(fc.array(samples, { minLength: 2, maxLength: 6 }), (all) => {
        const encoded = all.map(({ ours }) => ours());
        for (const [index, { generated }] of all.entries()) {
          expect(encoded[index]?.equals(generated())).toBe(true);
        }
      }),
    );
  });

  test("an encoded response contains nothing of an encoding that failed half way", () => {
    encodeResponse(CreateTicketResponse, secret);
    // A revision is an unsigned number of 32 bits: the library throws after the ticket id has been written.
    expect(() => encodeResponse(GetStatusResponse, status(-1))).toThrow();
    const bytes = encodeResponse(GetStatusResponse, status(7));
    expect(bytes.equals(GetStatusResponse.encode(status(7)).finish())).toBe(true);
  });

  test("an encoded response contains nothing of another response that was encoded meanwhile", () => {
    let inner: Buffer | undefined;
    const interrupted: Encoder<GetSigningKeysResponse> = {
      encode(message, writer) {
        writer.uint32(10).string(message.issuer);
        inner = encodeResponse(CreateTicketResponse, secret);
        return writer.uint32(18).string(message.jwks);
      },
    };
    const message = { issuer: "https://login.example.com/", jwks: '{"keys":[]}' };
    const outer = encodeResponse(interrupted, message);
    expect(outer.equals(GetSigningKeysResponse.encode(message).finish())).toBe(true);
    expect(inner?.equals(CreateTicketResponse.encode(secret).finish())).toBe(true);
  });

  test("an encoded response has a separate buffer of exactly its size", () => {
    encodeResponse(CreateTicketResponse, secret);
    const bytes = encodeResponse(GetStatusResponse, status(7));
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });
});
