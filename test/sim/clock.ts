/**
 * Simulated time: one schedule for the whole world, and a clock for each process in it. Whatever
 * is due runs in order of its time, then of its making; between two of them every promise that
 * can go on has gone on. A process that was killed gets nothing any more, one that is held up
 * (slow disk, stopped) gets it later.
 */
import type { Cancel, Clock } from '../../src/platform/clock.ts';

/** Wall clock of the world's first moment. */
export const EPOCH_MS = 1_800_000_000_000;

interface Entry {
  readonly at: number;
  readonly order: number;
  fn: (() => void) | null;
}

/** Everything that is still to happen. */
export class Schedule {
  #time = 0;
  #order = 0;
  readonly #heap: Entry[] = [];

  /** Milliseconds since the world began. */
  get time(): number {
    return this.#time;
  }

  /** Calls `fn` at `time`, or now when that is past. */
  at(time: number, fn: () => void): Cancel {
    const entry: Entry = { at: Math.max(time, this.#time), order: (this.#order += 1), fn };
    this.#push(entry);
    return () => {
      entry.fn = null;
    };
  }

  after(ms: number, fn: () => void): Cancel {
    return this.at(this.#time + ms, fn);
  }

  /** Lets the world go on until `time`, or until `ended` says so after any step. */
  async runUntil(time: number, ended: () => boolean): Promise<void> {
    await settled();
    while (!ended()) {
      const next = this.#heap[0];
      if (next === undefined || next.at > time) break;
      this.#pop();
      if (next.fn === null) continue;
      this.#time = next.at;
      next.fn();
      await settled();
    }
    if (!ended()) this.#time = Math.max(this.#time, time);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[index] = heap[parent] ?? entry;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const right = heap[child + 1];
      if (right !== undefined && before(right, heap[child])) child += 1;
      const smaller = heap[child];
      if (smaller === undefined || !before(smaller, last)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Entry, b: Entry | undefined): boolean {
  return b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Resolves when every promise that could go on has gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Thrown into a process at the very moment at which it is killed; nobody in it may act on it. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The life of one process: after its end nothing of it ever runs again. */
export class Life {
  readonly schedule: Schedule;
  /** It does nothing before this moment. */
  busyUntil = 0;
  #alive = true;
  readonly #onEnd: (how: string) => void;

  /** `onEnd` is told at the moment of its death how it died. */
  constructor(schedule: Schedule, onEnd: (how: string) => void = () => undefined) {
    this.schedule = schedule;
    this.#onEnd = onEnd;
  }

  get alive(): boolean {
    return this.#alive;
  }

  end(how: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#onEnd(how);
  }

  /** Throws `Killed` in a process that is dead. */
  assertAlive(): void {
    if (!this.#alive) throw new Killed('this process was killed');
  }

  /** Runs `fn` in this process at `time`, later while it is held up, never after its end. */
  at(time: number, fn: () => void): Cancel {
    const run = (): void => {
      if (!this.#alive) return;
      if (this.schedule.time >= this.busyUntil) fn();
      else cancel = this.schedule.at(this.busyUntil, run);
    };
    let cancel = this.schedule.at(time, run);
    return () => cancel();
  }
}

/** The wall clock of the machine: how far it is from the venue's, milliseconds. */
export interface Wall {
  skew: number;
}

/** The clock that one process sees. */
export function simClock(life: Life, wall: Wall): Clock {
  const { schedule } = life;
  const began = schedule.time;
  const after = (ms: number, fn: () => void) => life.at(schedule.time + Math.max(0, ms), fn);
  return {
    now: () => EPOCH_MS + schedule.time + wall.skew,
    monotonic: () => schedule.time - began,
    sinceBoot: () => schedule.time,
    after,
    every(ms, fn) {
      let cancel = after(ms, again);
      function again(): void {
        cancel = after(ms, again);
        fn();
      }
      return () => cancel();
    },
    delay: (ms) => new Promise((resolve) => after(ms, resolve)),
    breathe: () => new Promise((resolve) => after(0, resolve)),
  };
}
