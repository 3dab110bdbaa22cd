/**
 * A counter that moves when any log of the fleet has grown or was replaced. Files are looked at only
 * while somebody asks, and then once in two seconds.
 */
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { localDate } from '../platform/clock.ts';
import type { Clock } from '../platform/clock.ts';

const LOOK_MS = 2_000;
const DATED = ['daemon.log', 'bot_stdout.log'];
const RAW = ['raw_stdout.log', 'raw_stderr.log'];

export class LogMark {
  readonly #clock: Clock;
  #mark = 0;
  #seen = '';
  #lookAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The counter, for the log folders that `dirs` names. */
  of(dirs: () => readonly string[]): number {
    const now = this.#clock.monotonic();
    if (now < this.#lookAt) return this.#mark;
    this.#lookAt = now + LOOK_MS;
    const date = localDate(this.#clock.now());
    const seen = dirs()
      .flatMap((dir) => [
        ...DATED.map((name) => stampOf(join(dir, date, name))),
        ...RAW.map((name) => stampOf(join(dir, name))),
      ])
      .join(' ');
    if (seen !== this.#seen) this.#mark += 1;
    this.#seen = seen;
    return this.#mark;
  }
}

function stampOf(file: string): string {
  try {
    const { ino, size } = statSync(file);
    return `${ino}:${size}`;
  } catch {
    return '-';
  }
}
