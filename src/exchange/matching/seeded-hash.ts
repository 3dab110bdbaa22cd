/**
 * Seeded draws without a state: a hash of seed and index, in operations that IEEE 754 and integer
 * arithmetic define exactly, so the same seed draws the same on every machine and after a restart.
 */

const TWO_32 = 4_294_967_296;

/** A well mixed 32-bit number for (seed, index, salt): integer operations only. */
export function hash32(seed: number, index: number, salt: number): number {
  let hash = mix(seed | 0);
  hash = mix(hash ^ Math.floor(seed / TWO_32));
  hash = mix(hash ^ (index | 0));
  hash = mix(hash ^ Math.floor(index / TWO_32));
  return mix(hash ^ Math.imul(salt, 0x9e37_79b9)) >>> 0;
}

/**
 * A bijection of 32-bit integers in which every input bit moves about half of the output bits.
 */
function mix(value: number): number {
  let x = (value + 0x9e37_79b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0_aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a_2d97);
  return x ^ (x >>> 15);
}
