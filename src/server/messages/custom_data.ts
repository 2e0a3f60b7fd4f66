import { type BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { CreateTicketRequest } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { createFieldValidator, type Decoder, type FieldValidator } from "./decode.js";

/** Number of the field `custom_data` in CreateTicketRequest. */
const customDataField = 2;

/**
 * Upper bound of the ratio of the size in protobuf to the size in JSON. A number in a list takes 11 bytes of
 * protobuf and, with its comma, at least 2 of JSON.
 */
const maxWireToJsonRatio = 6;

/**
 * Creates a decoder of CreateTicket requests that throws TicketError INVALID_REQUEST if `custom_data` is so
 * long that it cannot fit the limit.
 *
 * Such data is not decoded, because a message has room for thousands of values, which would delay other calls.
 */
export function boundedCreateTicketDecoder(maxBytes: number): Decoder<CreateTicketRequest> {
  return {
    decode(reader) {
      if (customDataLength(reader) > maxWireToJsonRatio * maxBytes + 16) {
        const fields = createFieldValidator();
        addSizeViolation(fields, maxBytes);
        fields.throwIfInvalid();
      }
      return CreateTicketRequest.decode(reader);
    },
  };
}

/** Adds the violation that the custom data is too large. */
export function addSizeViolation(fields: FieldValidator, maxBytes: number): void {
  fields.addViolation("custom_data", `must have at most ${maxBytes} bytes as JSON in ASCII`);
}

/** Returns the size of the field in bytes. Leaves the reader at its position. */
function customDataLength(reader: BinaryReader): number {
  const start = reader.pos;
  let length = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const before = reader.pos;
    reader.skip(wireType, field);
    if (field === customDataField && wireType === WireType.LengthDelimited) length += reader.pos - before;
  }
  reader.pos = start;
  return length;
}
