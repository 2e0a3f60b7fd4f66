import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** Random numbers from a seed, so that a failure can be reproduced. */
export interface SeededRandom {
  /** Returns an integer from 0 to `below` - 1. */
  integerBelow(below: number): number;
  bytes(length: number): Buffer;
  pick<T>(list: readonly T[]): T;
}

/** Creates Marsaglia's xorshift generator. The seed is any integer but 0. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed | 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    integerBelow: (below) => next() % below,
    bytes: (length) => Buffer.from(Array.from({ length }, () => next() & 0xff)),
    pick: (list) => list[next() % list.length] as (typeof list)[number],
  };
}

/** Calls `send` a number of times, several at once. Resolves with how often each outcome came. */
export async function countOutcomes<Outcome>(
  count: number,
  concurrency: number,
  send: () => Promise<Outcome>,
): Promise<Map<Outcome, number>> {
  const outcomes = new Map<Outcome, number>();
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const outcome = await send();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return outcomes;
}

const texts = [
  "",
  "APP_AUTH",
  "a".repeat(65),
  "ä".repeat(300),
  "\u0000\u202e\u2066",
  "💥".repeat(40),
  "\ufeff",
  "__proto__",
  "127.0.0.1",
  "::1%lo",
  "{}",
  '{"random":null,"scene":{}}',
  "[".repeat(4_000),
  "x".repeat(5_000),
];
const numbers = [0, 1, 2, 63, 64, 1_024, 1_025, 2 ** 31 - 1, 2 ** 32 - 1];
const wide = ["-1", "9223372036854775807", "-9223372036854775808", "315576000000", "18446744073709551615"];

/** Generates requests to an RPC, from random bytes to almost valid ones. `right` creates a valid one. */
export function createRequestFuzzer(
  random: SeededRandom,
  validRequest: () => Uint8Array,
  knownText: () => string,
) {
  const kinds: readonly (() => Uint8Array)[] = [
    validRequest,
    () => random.bytes(random.integerBelow(200)),
    () => {
      const bytes = validRequest();
      return bytes.subarray(0, random.integerBelow(bytes.length + 1));
    },
    () => mutate(random, validRequest()),
    () => mutate(random, validRequest()),
    () => brokenText(random),
    () => hugeVarint(random),
    () => nested(random),
    () => fields(random, knownText, 3),
    () => fields(random, knownText, 3),
    () => Buffer.concat([validRequest(), fields(random, knownText, 2)]),
  ];
  return () => Buffer.from(random.pick(kinds)());
}

function mutate(chance: SeededRandom, bytes: Uint8Array): Uint8Array {
  const changed = [...bytes];
  for (let times = 1 + chance.integerBelow(4); times > 0; times--) {
    const at = chance.integerBelow(changed.length + 1);
    const kind = chance.integerBelow(3);
    if (kind === 0) changed.splice(at, 1);
    else changed.splice(at, kind - 1, chance.integerBelow(256));
  }
  return Uint8Array.from(changed);
}

function brokenText(chance: SeededRandom): Uint8Array {
  const broken = chance.pick([
    [0xff],
    [0xc3, 0x28],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xc0, 0xaf],
  ]);
  return new BinaryWriter()
    .uint32(((1 + chance.integerBelow(6)) << 3) | 2)
    .bytes(Uint8Array.from(broken))
    .finish();
}

function hugeVarint(chance: SeededRandom): Uint8Array {
  const huge = [...Array.from({ length: 5 + chance.integerBelow(8) }, () => 0xff), chance.integerBelow(128)];
  const tag = ((1 + chance.integerBelow(7)) << 3) | chance.pick([0, 2]);
  return Uint8Array.from(chance.integerBelow(4) === 0 ? huge : [tag, ...huge]);
}

/** Returns custom data, or another field 2, of nested lists, as deep as a message of 64 KiB allows. */
export function nestedLists(depth: number): Uint8Array {
  let value: Uint8Array = Uint8Array.of(0x20, 1);
  // `list_value` of a Value, `values` of a ListValue.
  for (let level = 0; level < depth; level++)
    value = encodeLengthDelimited(6, encodeLengthDelimited(1, value));
  return encodeLengthDelimited(
    2,
    encodeLengthDelimited(
      1,
      Buffer.concat([encodeLengthDelimited(1, Buffer.from("k")), encodeLengthDelimited(2, value)]),
    ),
  );
}

function nested(chance: SeededRandom): Uint8Array {
  const depth = chance.integerBelow(20) === 0 ? chance.integerBelow(400) : chance.integerBelow(30);
  if (chance.integerBelow(2) === 0) return nestedLists(depth);
  // Groups are deprecated. Decoders have to skip them.
  return new Uint8Array(depth * 20).fill(0x53);
}

function encodeLengthDelimited(field: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter()
    .uint32((field << 3) | 2)
    .bytes(content)
    .finish();
}

/** Returns decodable fields of any type with any value. */
function fields(chance: SeededRandom, known: () => string, depth: number): Uint8Array {
  const writer = new BinaryWriter();
  for (let count = chance.integerBelow(6); count > 0; count--) {
    const field = 1 + chance.integerBelow(8);
    switch (chance.integerBelow(depth > 0 ? 7 : 6)) {
      case 0:
        writer.uint32(field << 3).uint32(chance.pick(numbers));
        break;
      case 1:
        writer.uint32(field << 3).uint64(BigInt.asUintN(64, BigInt(chance.pick(wide))));
        break;
      case 2:
        writer
          .uint32((field << 3) | 1)
          .double(chance.pick([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e308]));
        break;
      case 3:
        writer.uint32((field << 3) | 5).fixed32(chance.integerBelow(2 ** 31));
        break;
      case 6:
        writer.uint32((field << 3) | 2).bytes(fields(chance, known, depth - 1));
        break;
      default:
        writer.uint32((field << 3) | 2).string(chance.integerBelow(3) === 0 ? chance.pick(texts) : known());
    }
  }
  return writer.finish();
}
