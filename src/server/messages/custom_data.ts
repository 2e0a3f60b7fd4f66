import { type BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { CreateTicketRequest } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { createFieldValidator, type Decoder, type FieldValidator } from "./decode.js";

/** Number of the field `custom_data` in CreateTicketRequest. */
const customDataField = 2;

/** A number in a list takes 2 bytes of JSON and 11 of protobuf; nothing grows more. */
const maxWireToJsonRatio = 6;

/**
 * Decodes CreateTicket, and custom data that cannot fit no further than their length: a message of 64 KiB can hold thousands of
 * values, which take milliseconds to read. Throws TicketError INVALID_REQUEST for `custom_data`.
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

/** Reports that the custom data is too large. */
export function addSizeViolation(fields: FieldValidator, maxBytes: number): void {
  fields.addViolation("custom_data", `must have at most ${maxBytes} bytes as JSON in ASCII`);
}

/** Returns how many bytes the field takes, and leaves the reader where it was. */
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
