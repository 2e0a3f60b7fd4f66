import { BinaryWriter } from "@bufbuild/protobuf/wire";

/** Chance with a seed, so that a failure can be repeated. */
export interface Chance {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  bytes(length: number): Buffer;
  pick<T>(list: readonly T[]): T;
}

/** Marsaglia's xorshift. The seed is any whole number but 0. */
export function createChance(seed: number): Chance {
  let state = seed | 0;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    below: (below) => next() % below,
    bytes: (length) => Buffer.from(Array.from({ length }, () => next() & 0xff)),
    pick: (list) => list[next() % list.length] as (typeof list)[number],
  };
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

/** Requests to an RPC, from nonsense to almost right. `right` makes one that is right. */
export function garbageMaker(chance: Chance, right: () => Uint8Array, known: () => string) {
  const kinds: readonly (() => Uint8Array)[] = [
    right,
    () => chance.bytes(chance.below(200)),
    () => {
      const bytes = right();
      return bytes.subarray(0, chance.below(bytes.length + 1));
    },
    () => mutated(chance, right()),
    () => mutated(chance, right()),
    () => brokenText(chance),
    () => hugeVarint(chance),
    () => nested(chance),
    () => fields(chance, known, 3),
    () => fields(chance, known, 3),
    () => Buffer.concat([right(), fields(chance, known, 2)]),
  ];
  return () => Buffer.from(chance.pick(kinds)());
}

function mutated(chance: Chance, bytes: Uint8Array): Uint8Array {
  const changed = [...bytes];
  for (let times = 1 + chance.below(4); times > 0; times--) {
    const at = chance.below(changed.length + 1);
    const kind = chance.below(3);
    if (kind === 0) changed.splice(at, 1);
    else changed.splice(at, kind - 1, chance.below(256));
  }
  return Uint8Array.from(changed);
}

function brokenText(chance: Chance): Uint8Array {
  const broken = chance.pick([
    [0xff],
    [0xc3, 0x28],
    [0xe2, 0x82],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xc0, 0xaf],
  ]);
  return new BinaryWriter()
    .uint32(((1 + chance.below(6)) << 3) | 2)
    .bytes(Uint8Array.from(broken))
    .finish();
}

function hugeVarint(chance: Chance): Uint8Array {
  const huge = [...Array.from({ length: 5 + chance.below(8) }, () => 0xff), chance.below(128)];
  const tag = ((1 + chance.below(7)) << 3) | chance.pick([0, 2]);
  return Uint8Array.from(chance.below(4) === 0 ? huge : [tag, ...huge]);
}

/** Custom data, or whatever field 2 is, in lists in lists: up to what a message of 64 KiB holds. */
export function nestedLists(depth: number): Uint8Array {
  let value: Uint8Array = Uint8Array.of(0x20, 1);
  // `list_value` of a Value, `values` of a ListValue.
  for (let level = 0; level < depth; level++) value = wrapped(6, wrapped(1, value));
  return wrapped(2, wrapped(1, Buffer.concat([wrapped(1, Buffer.from("k")), wrapped(2, value)])));
}

function nested(chance: Chance): Uint8Array {
  const depth = chance.below(20) === 0 ? chance.below(400) : chance.below(30);
  if (chance.below(2) === 0) return nestedLists(depth);
  // Groups, which nobody declares any more, are read to be skipped.
  return new Uint8Array(depth * 20).fill(0x53);
}

function wrapped(field: number, content: Uint8Array): Uint8Array {
  return new BinaryWriter()
    .uint32((field << 3) | 2)
    .bytes(content)
    .finish();
}

/** Fields that can be decoded, of any type, with any value. */
function fields(chance: Chance, known: () => string, depth: number): Uint8Array {
  const writer = new BinaryWriter();
  for (let count = chance.below(6); count > 0; count--) {
    const field = 1 + chance.below(8);
    switch (chance.below(depth > 0 ? 7 : 6)) {
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
        writer.uint32((field << 3) | 5).fixed32(chance.below(2 ** 31));
        break;
      case 6:
        writer.uint32((field << 3) | 2).bytes(fields(chance, known, depth - 1));
        break;
      default:
        writer.uint32((field << 3) | 2).string(chance.below(3) === 0 ? chance.pick(texts) : known());
    }
  }
  return writer.finish();
}
