/**
 * The nonces of one agent key: microseconds near the venue's clock, each used once. As the venue
 * does, only the latest hundred are remembered and anything older than all of them is refused.
 */
import { refusal } from './aster-error.ts';
import type { AsterError } from './aster-error.ts';

/** Nonces remembered per agent. */
export const NONCES_KEPT = 100;
/**
 * How far a nonce may lie from the venue's clock. The documents say 10 seconds and 60 seconds in
 * different places: whoever keeps to 10 is right either way.
 */
export const NONCE_WINDOW_MS = 10_000;

export class NonceList {
  /** Ascending. */
  #kept: bigint[] = [];

  /** Takes a nonce at `nowMs` of the venue's clock; else says why not, and nothing was taken. */
  take(nonce: bigint, nowMs: number): AsterError | null {
    const distance = nonce - BigInt(Math.trunc(nowMs)) * 1000n;
    const window = BigInt(NONCE_WINDOW_MS) * 1000n;
    if (distance > window || distance < -window) return refusal('NONCE_EXPIRED');
    if (this.#kept.includes(nonce)) return refusal('NONCE_USED');
    const full = this.#kept.length >= NONCES_KEPT;
    if (full && nonce < (this.#kept[0] ?? 0n)) return refusal('NONCE_EXPIRED');
    const after = this.#kept.findLastIndex((known) => known < nonce) + 1;
    this.#kept.splice(after, 0, nonce);
    if (full) this.#kept.shift();
    return null;
  }
}
