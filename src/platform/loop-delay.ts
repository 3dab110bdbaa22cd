/**
 * How late this process is with its own timers: the sign of work that holds everything up. Measured
 * only while somebody looks, as the measuring wakes the process.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { IntervalHistogram } from 'node:perf_hooks';

const RESOLUTION_MS = 20;

export class LoopDelay {
  #histogram: IntervalHistogram | null = null;

  /** Milliseconds within which 99 % since the last look were late; null at the first look. */
  read(): number | null {
    const histogram = this.#histogram;
    if (histogram === null) {
      this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#histogram.enable();
      return null;
    }
    const late = histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    histogram.reset();
    return Number.isFinite(late) ? Math.max(0, Math.round(late * 10) / 10) : null;
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#histogram?.disable();
    this.#histogram = null;
  }
}
