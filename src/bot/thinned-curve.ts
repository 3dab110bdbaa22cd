/** A long curve in fewer points: no height, no depth and no fall of it is lost. */
import type { Money } from '../contract/decimal.ts';
import { parseMoney } from '../contract/decimal.ts';
import type { EquityPoint } from '../contract/page-api.ts';
import { FallWatch } from './fall-watch.ts';
import type { Fall } from './fall-watch.ts';

/** Runs of one curve; with both of each, its ends and its fall it stays below 500 points. */
const RUNS = 240;
const MINUTE = 60;

interface Run {
  lowest: Money;
  highest: Money;
  low: EquityPoint;
  high: EquityPoint;
}

/** Takes points in the order of their moments and keeps what a picture needs of them. */
export class ThinnedCurve {
  /** Seconds of a run. */
  readonly run: number;
  readonly #begin: number;
  readonly #runs = new Map<number, Run>();
  readonly #falls = new FallWatch();
  #first: EquityPoint | null = null;
  #last: EquityPoint | null = null;
  #height: EquityPoint | null = null;
  #ofFall: readonly EquityPoint[] = [];

  /** For points of the seconds `begin` to `end`. */
  constructor(begin: number, end: number) {
    this.#begin = begin;
    this.run = Math.max(MINUTE, Math.ceil((end - begin + 1) / RUNS));
  }

  /** Of the points taken; null: the total never fell. */
  get fall(): Fall | null {
    return this.#falls.deepest;
  }

  take(point: EquityPoint): void {
    const total = parseMoney(point.total_pnl) ?? 0n;
    this.#first ??= point;
    this.#last = point;
    this.#takeFall(point, total);
    const index = Math.floor((point.time - this.#begin) / this.run);
    const run = this.#runs.get(index);
    if (run === undefined) {
      this.#runs.set(index, { lowest: total, highest: total, low: point, high: point });
      return;
    }
    if (total < run.lowest) [run.lowest, run.low] = [total, point];
    if (total > run.highest) [run.highest, run.high] = [total, point];
  }

  /** In their order. */
  points(): EquityPoint[] {
    const kept = new Set(this.#ofFall);
    for (const end of [this.#first, this.#last]) if (end !== null) kept.add(end);
    for (const { low, high } of this.#runs.values()) kept.add(low).add(high);
    return [...kept].sort((a, b) => a.time - b.time);
  }

  #takeFall(point: EquityPoint, total: Money): void {
    const at = point.time * 1000;
    const before = this.#falls.deepest;
    this.#falls.take(total, at);
    if (this.#falls.heightAt === at) this.#height = point;
    if (this.#falls.deepest !== before) this.#ofFall = [this.#height ?? point, point];
  }
}
