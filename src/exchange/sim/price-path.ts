/**
 * The price of one symbol as a function of time: seeded noise around where it was last set, or
 * standing still there. Any moment can be asked for, past ones included, so that candles need no
 * record; the noise uses only operations that IEEE 754 defines exactly, so a seed gives the same
 * prices on every machine.
 */
import { hash32 } from '../matching/seeded-hash.ts';

/** From `from_ms` on the price begins at `ticks` and stands, or runs at `speed` times real time. */
export interface Anchor {
  readonly from_ms: number;
  readonly ticks: number;
  readonly speed: number;
}

/** Open, high, low and close in ticks. */
export interface Extremes {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Periods of the noise, milliseconds; what lies before the first anchor has only the coarse. */
const FINE = [2000, 10_000];
const COARSE = [1, 5, 30, 180, 1440, 8 * 1440, 64 * 1440].map((minutes) => minutes * MINUTE_MS);
/** Finest step in which extremes are looked for. */
const FINE_STEP_MS = 2000;
const LEAST_STEP_MS = 1000;
/** Anchors kept; older ones are forgotten, oldest first. */
const MOST_ANCHORS = 10_000;

/** The noise of one period, with its two ends about the moment that was asked for last. */
interface Wave {
  readonly period: number;
  readonly size: number;
  index: number;
  from: number;
  to: number;
}

export class PricePath {
  readonly #seed: number;
  /** Amplitude of the noise of one day, a fraction of the price. */
  readonly #volatility: number;
  readonly #coarse: readonly Wave[];
  readonly #all: readonly Wave[];
  /** The noise at each anchor: the price is as far from it as the noise is. */
  readonly #coarseBegins = new WeakMap<Anchor, number>();
  readonly #allBegins = new WeakMap<Anchor, number>();
  #anchors: Anchor[];

  /** `volatility`: the typical move of a day, a fraction. `anchors`: at least one. */
  constructor(seed: number, volatility: number, anchors: readonly Anchor[]) {
    this.#seed = seed;
    this.#volatility = volatility;
    this.#anchors = [...anchors];
    this.#coarse = COARSE.map((period) => this.#wave(period));
    this.#all = [...FINE.map((period) => this.#wave(period)), ...this.#coarse];
  }

  get anchors(): readonly Anchor[] {
    return this.#anchors;
  }

  /** Market time passes so many times as fast as the clock at this moment; 0: the price stands. */
  get speed(): number {
    return this.#anchors.at(-1)?.speed ?? 0;
  }

  /** The price at a moment, ticks from 1. */
  at(ms: number): number {
    const index = this.#indexAt(ms);
    const anchor = this.#anchors[Math.max(0, index)];
    if (anchor === undefined) return 1;
    if (index < 0) return this.#noisy(anchor, ms - anchor.from_ms, this.#coarse);
    if (anchor.speed === 0) return anchor.ticks;
    return this.#noisy(anchor, (ms - anchor.from_ms) * anchor.speed, this.#all);
  }

  /** Sets the price from a moment on; it stands there. */
  set(ms: number, ticks: number): void {
    this.#push({ from_ms: ms, ticks, speed: 0 });
  }

  /** Lets the price run on from where it is, `speed` times as fast as the clock. */
  run(ms: number, speed: number): void {
    this.#push({ from_ms: ms, ticks: this.at(ms), speed });
  }

  /** Extremes from `from_ms` up to `to_ms`, sampled on one grid so that candles agree. */
  extremes(from_ms: number, to_ms: number): Extremes {
    const open = this.at(from_ms);
    const close = this.at(to_ms);
    let high = Math.max(open, close);
    let low = Math.min(open, close);
    for (const ms of this.#samples(from_ms, to_ms)) {
      const ticks = this.at(ms);
      if (ticks > high) high = ticks;
      if (ticks < low) low = ticks;
    }
    return { open, high, low, close };
  }

  *#samples(from_ms: number, to_ms: number): Generator<number> {
    for (let at = from_ms; at < to_ms; ) {
      const index = this.#indexAt(at);
      const next = this.#anchors[index + 1]?.from_ms ?? Infinity;
      const speed = this.#anchors[index]?.speed ?? 1;
      const least = Math.ceil(Math.max(FINE_STEP_MS / speed, LEAST_STEP_MS));
      const fine = speed === 0 ? to_ms : least;
      const step = index < 0 ? MINUTE_MS : fine;
      at = Math.min(next, (Math.floor(at / step) + 1) * step);
      if (at < to_ms) yield at;
    }
  }

  #noisy(anchor: Anchor, passed: number, waves: readonly Wave[]): number {
    const begins = waves === this.#all ? this.#allBegins : this.#coarseBegins;
    let begin = begins.get(anchor);
    if (begin === undefined) {
      begin = this.#noise(anchor.from_ms, waves);
      begins.set(anchor, begin);
    }
    const share = this.#noise(anchor.from_ms + passed, waves) - begin;
    return Math.max(1, Math.round(anchor.ticks * Math.max(0.01, 1 + share)));
  }

  /** A sum of straight-lined noises; those of longer periods are larger, by the root. */
  #noise(ms: number, waves: readonly Wave[]): number {
    let sum = 0;
    for (const wave of waves) {
      const at = ms / wave.period;
      const index = Math.floor(at);
      if (index !== wave.index) {
        // Most questions follow each other in time.
        wave.from = index === wave.index + 1 ? wave.to : this.#draw(index, wave.period);
        wave.to = this.#draw(index + 1, wave.period);
        wave.index = index;
      }
      sum += wave.size * (wave.from + (wave.to - wave.from) * (at - index));
    }
    return sum;
  }

  #draw(index: number, period: number): number {
    return hash32(this.#seed, index, period) / 0x8000_0000 - 1;
  }

  #wave(period: number): Wave {
    const size = this.#volatility * Math.sqrt(period / DAY_MS);
    return { period, size, index: -1, from: this.#draw(-1, period), to: this.#draw(0, period) };
  }

  /** The anchor that is in force at a moment; -1 before the first. */
  #indexAt(ms: number): number {
    let low = 0;
    let high = this.#anchors.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#anchors[middle]?.from_ms ?? Infinity) <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #push(anchor: Anchor): void {
    this.#anchors.push(anchor);
    if (this.#anchors.length > MOST_ANCHORS) this.#anchors = this.#anchors.slice(-MOST_ANCHORS);
  }
}
