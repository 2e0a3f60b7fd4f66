/** Random choices that a seed can repeat. */
export interface Random {
  /** Returns a number from 0 to below 1. */
  next(): number;
  /** Returns true with the given probability. */
  chance(probability: number): boolean;
  between(least: number, most: number): number;
  oneOf<T>(list: readonly T[]): T;
  /** Returns a separate generator, which calls of this one do not change. */
  fork(): Random;
}

/** Creates the generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    chance: (probability) => next() < probability,
    between: (least, most) => least + (most - least) * next(),
    oneOf(list) {
      const chosen = list[Math.floor(next() * list.length)];
      if (chosen === undefined) throw new RangeError("there is nothing to choose from");
      return chosen;
    },
    fork: () => createRandom(Math.floor(next() * 2 ** 32)),
  };
}
