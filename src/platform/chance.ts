/** Chance. The only door to randomness, so that what depends on it can be run again. */

/** A number from 0 up to, without, 1. */
export type Chance = () => number;

export const systemChance: Chance = () => Math.random();
