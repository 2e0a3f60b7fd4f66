import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { SeededRandom } from "../../support/fuzzing.js";
import { bomb, envelope, rpcPath } from "./rpc_calls.js";

/** A request that anybody could send to the methods. */
export interface RpcGarbage {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** True if the connection is closed before the whole body has been sent. */
  readonly isCutOff: boolean;
}

/** Values that are valid by themselves. A request never has a credential and a body that fit. */
export interface KnownValues {
  readonly ticketId: string;
  /** A scanned ticket's body, as JSON. */
  readonly validBody: string;
  /** Credentials that the service accepts for the methods. */
  readonly accepted: readonly string[];
  /** Credentials that it rejects. */
  readonly rejected: readonly string[];
}

const paths = [
  ...["MarkScanned", "Authorize", "Cancel", "MarkScanned", "Authorize", "Cancel", "WatchStatus"],
  ...["ExchangeUserInfo", "Nonsense", "authorize", "Authorize/", "%zz", "..%2fAuthorize", "Authorize%00"],
];

const contentTypes = [
  ...["application/json", "application/json; charset=utf-8", "application/proto", "application/connect+json"],
  ...[
    "application/connect+proto",
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web+json",
  ],
  ...[
    "application/grpc",
    "application/grpc-web-text",
    "text/plain",
    "application/json;charset=utf-16",
    "",
    ";",
    "a/b/c",
  ],
];

const encodings = ["gzip", "br", "identity", "zstd", "GZIP", "gzip, br", "", "x".repeat(300)];

const timeouts = [
  "0",
  "1",
  "-1",
  "1.5",
  "9999999999",
  "99999999999",
  "soon",
  "",
  "1S",
  "0n",
  "99999999H",
  "1 S",
  "NaN",
];

const texts = [
  ...["", "0", "__proto__", "\u0000", "\u202e", "ä".repeat(300), "x".repeat(9_000), "💥".repeat(40), '"}'],
  ...["{{TICKET}}", "a".repeat(22)],
];

const values: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, [], {}, [[]], { a: 1 }, { toJSON: "x" }, "\ud800", { "\ud800": 1 }],
  ...[{ qrContent: "a", ticketId: "b" }, { ticketId: null }, { scanned: {} }, { "@type": "x" }],
];

const deep = [
  Buffer.from("[".repeat(32_000)),
  Buffer.from(`{"ticketId":${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
  Buffer.from(`{"a":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}`),
  Buffer.from('{"ticketId":"\xc3\x28"}', "latin1"),
  Buffer.from("\ufeff{}"),
  Buffer.from('{"ticketId":"a","ticketId":"b"}'),
  Buffer.from('{"ticketId":"\\ud800"}'),
  Buffer.from(`{"ticketId":"${"x".repeat(65_000)}"}`),
  Buffer.alloc(70_000, "x"),
  Buffer.alloc(65_536, 0x0a),
  // Groups nested deeper than a parser may follow.
  Buffer.alloc(60_000, 0x0b),
];

/** Creates a generator of requests, from nonsense to almost valid ones. None of them may succeed. */
export function rpcGarbageMaker(chance: SeededRandom, known: KnownValues): () => RpcGarbage {
  const oneIn = (count: number) => chance.integerBelow(count) === 0;
  const bombs = [
    bomb(),
    brotliCompressSync(Buffer.alloc(10_000_000)),
    gzipSync(gzipSync(Buffer.alloc(10_000_000))),
  ];

  const text = () => chance.pick(texts).replace("{{TICKET}}", known.ticketId);

  function message(): Buffer {
    const kinds: readonly (() => Buffer)[] = [
      () => Buffer.from(known.validBody),
      () => Buffer.from(known.validBody).subarray(0, chance.integerBelow(known.validBody.length)),
      () => chance.bytes(chance.integerBelow(200)),
      () => chance.pick(deep),
      () => Buffer.from(JSON.stringify({ [chance.pick(["ticketId", "qrContent", "x"])]: text() })),
      () => Buffer.from(JSON.stringify(chance.pick(values))),
      () => Buffer.from(JSON.stringify({ ticketId: chance.pick(values) })),
      () => {
        const json = Buffer.from(known.validBody);
        json[chance.integerBelow(json.length)] = chance.integerBelow(256);
        return json;
      },
    ];
    return chance.pick(kinds)();
  }

  function compressed(plain: Buffer): Buffer {
    const kinds: readonly (() => Buffer)[] = [
      () => gzipSync(plain),
      () => brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
      () => chance.pick(bombs),
      () => gzipSync(plain).subarray(0, chance.integerBelow(30)),
      () => plain,
    ];
    return chance.pick(kinds)();
  }

  function enveloped(plain: Buffer): Buffer {
    const whole = envelope(plain, chance.pick([0, 0, 0, 1, 2, 0x80, chance.integerBelow(256)]));
    if (oneIn(5)) return whole.subarray(0, chance.integerBelow(whole.length + 1));
    if (oneIn(8)) whole.writeUInt32BE(chance.pick([0, 1, 65_537, 2 ** 31, 2 ** 32 - 1]), 1);
    return oneIn(8) ? Buffer.concat([whole, chance.pick([whole, chance.bytes(3)])]) : whole;
  }

  function headers(authorization: string | undefined): Record<string, string> {
    const given: [string, string][] = [["content-type", chance.pick(contentTypes)]];
    const add = (odds: number, name: string, value: () => string) => {
      if (oneIn(odds)) given.push([name, value()]);
    };
    if (authorization !== undefined) given.push(["authorization", authorization]);
    for (const name of ["content-encoding", "connect-content-encoding", "grpc-encoding"]) {
      add(5, name, () => chance.pick(encodings));
    }
    for (const name of ["accept-encoding", "connect-accept-encoding", "grpc-accept-encoding"]) {
      add(5, name, () => chance.pick(encodings));
    }
    for (const name of ["connect-timeout-ms", "grpc-timeout"]) add(8, name, () => chance.pick(timeouts));
    add(6, "connect-protocol-version", () => chance.pick(["1", "2", ""]));
    add(10, "cookie", () => "session=1; __Host-qrlogin-browser-x=y");
    add(10, "origin", () => chance.pick(["https://evil.example.com", "null", "x"]));
    add(20, "expect", () => "100-continue");
    add(20, "x-http-method-override", () => "PUT");
    return Object.fromEntries(given);
  }

  return () => {
    const body = message();
    const isValid = body.equals(Buffer.from(known.validBody));
    // A damaged body could still be valid, with another ticket id or an unknown field beside it.
    const mayBeAccepted = isValid || body.includes(known.ticketId);
    const credentials = mayBeAccepted || oneIn(3) ? known.rejected : known.accepted;
    const packed = oneIn(2)
      ? body
      : oneIn(2)
        ? enveloped(body)
        : compressed(oneIn(2) ? enveloped(body) : body);
    return {
      method: oneIn(12) ? chance.pick(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"]) : "POST",
      path: rpcPath(chance.pick(paths)) + (oneIn(12) ? "?connect=v1&encoding=json&message=%7B%7D" : ""),
      headers: headers(oneIn(6) ? undefined : chance.pick(credentials)),
      body: packed,
      isCutOff: oneIn(25),
    };
  };
}
