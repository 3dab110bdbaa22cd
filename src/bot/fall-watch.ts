/** The deepest fall of a total below an earlier height, taken moment by moment. */
import type { Money } from '../contract/decimal.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';

/** A fall of the total from a height, both moments in ms. */
export interface Fall {
  readonly amount: Money;
  readonly from: number;
  readonly to: number;
}

export class FallWatch {
  #height: { readonly total: Money; readonly at: number } | null = null;
  #deepest: Fall | null = null;

  /** Takes the total of a moment (ms), not before that of the last one. */
  take(total: Money, at: number): void {
    if (this.#height === null || total > this.#height.total) this.#height = { total, at };
    const amount = this.#height.total - total;
    if (amount > (this.#deepest?.amount ?? 0n)) {
      this.#deepest = { amount, from: this.#height.at, to: at };
    }
  }

  /** Since when the total has not been higher, ms; null before the first. */
  get heightAt(): number | null {
    return this.#height?.at ?? null;
  }

  /** Null: it never fell. */
  get deepest(): Fall | null {
    return this.#deepest;
  }

  /** All of it as text, for `resume`. */
  get text(): string {
    const [height, fall] = [this.#height, this.#deepest];
    return JSON.stringify({
      height: height === null ? null : [formatMoney(height.total), height.at],
      fall: fall === null ? null : [formatMoney(fall.amount), fall.from, fall.to],
    });
  }

  /** Goes on from a `text`. */
  resume(text: string): void {
    const { height, fall } = JSON.parse(text) as {
      readonly height: readonly [string, number] | null;
      readonly fall: readonly [string, number, number] | null;
    };
    const total = height === null ? null : parseMoney(height[0]);
    if (height !== null && total !== null) this.#height = { total, at: height[1] };
    const amount = fall === null ? null : parseMoney(fall[0]);
    if (fall !== null && amount !== null) this.#deepest = { amount, from: fall[1], to: fall[2] };
  }
}
