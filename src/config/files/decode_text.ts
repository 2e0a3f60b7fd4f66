/** Text of a file, or a message why its bytes are no text. */
export type DecodedText = { readonly content: string } | { readonly failure: string };

/** Byte order marks, the longest first: that of UTF-32 begins with that of UTF-16. */
const byteOrderMarks = [
  { encoding: "UTF-32", bytes: [0xff, 0xfe, 0x00, 0x00] },
  { encoding: "UTF-32", bytes: [0x00, 0x00, 0xfe, 0xff] },
  { encoding: "UTF-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "UTF-16", bytes: [0xff, 0xfe] },
  { encoding: "UTF-16", bytes: [0xfe, 0xff] },
];

/**
 * Decodes a file as UTF-8, with or without a byte order mark. Names other encodings in the failure. No message quotes
 * the file.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const mark = byteOrderMarks.find(({ bytes: start }) => start.every((byte, at) => bytes[at] === byte));
  if (mark?.encoding === "UTF-8") return decodeUtf8(bytes.subarray(mark.bytes.length));
  return mark ? { failure: describeWideEncoding(mark.encoding) } : decodeUtf8(bytes);
}

function decodeUtf8(bytes: Uint8Array): DecodedText {
  const zero = bytes.indexOf(0);
  // Decides before UTF-8 is tried: UTF-16 of plain letters is valid UTF-8 with a NUL beside each letter.
  if (zero >= 0) return { failure: describeZeroBytes(bytes, zero) };
  try {
    return { content: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { failure: describeInvalidUtf8(bytes) };
  }
}

function describeWideEncoding(encoding: string): string {
  return (
    `the file is ${encoding}, as some Windows editors and PowerShell write it: save it as UTF-8 ` +
    `(iconv -f ${encoding} -t UTF-8 OLD > NEW)`
  );
}

function describeZeroBytes(bytes: Uint8Array, zero: number): string {
  if (isAsn1(bytes)) return "the file is binary (DER or PKCS #12), but must be text (PEM)";
  const wide = detectUtf16(bytes);
  if (wide !== undefined) return describeWideEncoding(wide);
  return `the file has a NUL byte in line ${lineOf(bytes, zero)}, so it is damaged or no text: write it again`;
}

/** Returns whether the bytes begin like a certificate or key in DER: with a long sequence. */
export function isAsn1(bytes: Uint8Array): boolean {
  return bytes[0] === 0x30 && (bytes[1] === 0x81 || bytes[1] === 0x82);
}

/** Returns the encoding of UTF-16 without a byte order mark, in which every second byte of plain letters is zero. */
function detectUtf16(bytes: Uint8Array): "UTF-16LE" | "UTF-16BE" | undefined {
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const many = bytes.length / 4;
  if (odd > many && even === 0) return "UTF-16LE";
  return even > many && odd === 0 ? "UTF-16BE" : undefined;
}

function describeInvalidUtf8(bytes: Uint8Array): string {
  if (isAsn1(bytes)) return "the file is binary (DER or PKCS #12), but must be text (PEM)";
  const wrong = findInvalidUtf8(bytes);
  return (
    `the file is not UTF-8 in line ${lineOf(bytes, wrong)}: it may be Latin-1 or Windows-1252, so save it as UTF-8 ` +
    "(iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW)"
  );
}

/** Returns the index of the first byte that is not UTF-8: the length of the longest valid beginning. */
function findInvalidUtf8(bytes: Uint8Array): number {
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    // In a stream, a character that is cut off at the end is no error.
    const isValid = isDecodable(bytes.subarray(0, middle));
    if (isValid) valid = middle;
    else invalid = middle;
  }
  return valid;
}

function isDecodable(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Returns the line of a byte, counted from 1. */
function lineOf(bytes: Uint8Array, index: number): number {
  return bytes.subarray(0, index).reduce((lines, byte) => lines + Number(byte === 0x0a), 1);
}
