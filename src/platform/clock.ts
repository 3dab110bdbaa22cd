/**
 * Time. The only door to wall clock, monotonic clock and timers, so that everything above can be
 * run on another clock. Delays are monotonic: a jump of the wall clock moves no timer.
 */
import { readFileSync } from 'node:fs';
import { processStat } from './process-identity.ts';

/** Ends a timer; calling it again does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only ever grow. */
  monotonic(): number;
  /**
   * Milliseconds since the machine started, on the scale of kernel start times: comparable between
   * the processes of one boot, and no jump of the wall clock moves it.
   */
  sinceBoot(): number;
  /** Calls `fn` once after `ms`. A pending timer does not keep the process alive when `idle`. */
  after(ms: number, fn: () => void, idle?: 'idle'): Cancel;
  /** Calls `fn` every `ms`; never keeps the process alive. */
  every(ms: number, fn: () => void): Cancel;
  /** Resolves after `ms`. */
  delay(ms: number): Promise<void>;
  /** Resolves when pending I/O of this turn was served. */
  breathe(): Promise<void>;
}

/** Kernel start times count in hundredths of a second (USER_HZ), whatever the kernel's own tick. */
const TICK_MS = 10;
/** The same moment on all three scales: that of start times, the machine's and our own. */
interface Anchor {
  readonly sinceBoot: number;
  readonly uptime: number;
  readonly monotonic: number;
}
let anchor: Anchor | undefined;

/** Null when it cannot be read now: this process may have no file handle left. */
function uptimeMs(): number | null {
  try {
    return Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
  } catch {
    return null;
  }
}

function makeAnchor(uptime: number): Anchor {
  const monotonic = performance.now();
  const started = Number(processStat(process.pid)?.startTime ?? 0) * TICK_MS;
  return { sinceBoot: started + monotonic, uptime, monotonic };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot() {
    // Anchored at our own start time, as /proc/uptime is another machine's in some containers; it
    // goes on while the machine sleeps, as start times do and the monotonic clock does not.
    const uptime = uptimeMs();
    const present = anchor ?? makeAnchor(uptime ?? 0);
    if (uptime === null) return present.sinceBoot + performance.now() - present.monotonic;
    anchor = present;
    return present.sinceBoot + uptime - present.uptime;
  },
  after(ms, fn, idle) {
    const timer = setTimeout(fn, ms);
    if (idle === 'idle') timer.unref();
    return () => clearTimeout(timer);
  },
  every(ms, fn) {
    const timer = setInterval(fn, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
  delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Age in ms of the process with this kernel start time, at a moment of `sinceBoot`. */
export function ageAt(sinceBoot: number, startTime: string): number {
  const age = sinceBoot - Number(startTime) * TICK_MS;
  // A process that ended before it could be looked at has no start time.
  return Number.isNaN(age) ? 0 : Math.max(0, age);
}

/** `ms` since the epoch as ISO text in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The local calendar date of `ms` as YYYY-MM-DD: the name of a day's log folder. */
export function localDate(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
