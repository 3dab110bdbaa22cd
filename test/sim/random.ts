/**
 * Seeded randomness. A world is written by one generator; what may happen at a moment is drawn
 * from a hash of the seed, the kind and the number of that moment, so that leaving one fault out
 * leaves all others where they are.
 */

/** 32 well mixed bits of a seed, a word and a number. */
export function hash(seed: number, word: string, count: number): number {
  let h = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < word.length; i += 1) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193) >>> 0;
  h = mix((h ^ Math.imul(count + 1, 0x85ebca6b)) >>> 0);
  return mix((h + 0x6d2b79f5) >>> 0);
}

function mix(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

/** A generator (mulberry32): the same seed gives the same numbers. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.next() * list.length)];
    if (picked === undefined) throw new Error('picked from an empty list');
    return picked;
  }
}
