/**
 * How the bot fares, for its page: looked at every five seconds while somebody watches, and not at
 * all while nobody does.
 */
import type { BotHealth } from '../contract/page-api.ts';
import type { Cancel, Clock } from '../platform/clock.ts';
import { LoopDelay } from '../platform/loop-delay.ts';

/** What is not the process's own. */
export type HealthFacts = Omit<
  BotHealth,
  'memory_mb' | 'cpu_percent' | 'event_loop_delay_ms' | 'uptime_s'
>;

export interface HealthParts {
  readonly clock: Clock;
  readonly facts: () => HealthFacts;
}

const LOOK_MS = 5000;
/** Nobody asked for so long: nobody watches. */
const UNWATCHED_MS = 20_000;

export class HealthWatch {
  readonly #parts: HealthParts;
  readonly #delay = new LoopDelay();
  #last: BotHealth | null = null;
  #lookedAt = -Infinity;
  #askedAt = 0;
  #cpu: { readonly micros: number; readonly at: number } | null = null;
  #cancel: Cancel | null = null;

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** The same object until the next look. */
  read(): BotHealth {
    const now = this.#parts.clock.monotonic();
    this.#askedAt = now;
    this.#cancel ??= this.#parts.clock.every(LOOK_MS, () => this.#rest());
    if (this.#last !== null && now - this.#lookedAt < LOOK_MS) return this.#last;
    this.#lookedAt = now;
    this.#last = {
      ...this.#parts.facts(),
      memory_mb: Math.round(process.memoryUsage.rss() / 104_857.6) / 10,
      cpu_percent: this.#cpuPercent(now),
      event_loop_delay_ms: this.#delay.read(),
      uptime_s: Math.floor(process.uptime()),
    };
    return this.#last;
  }

  /** Ends the measuring. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#delay.stop();
    this.#cpu = null;
  }

  #rest(): void {
    if (this.#parts.clock.monotonic() - this.#askedAt > UNWATCHED_MS) this.stop();
  }

  /** Of one core, since the last look; null at the first. */
  #cpuPercent(now: number): number | null {
    const { user, system } = process.cpuUsage();
    const before = this.#cpu;
    this.#cpu = { micros: user + system, at: now };
    if (before === null || now <= before.at) return null;
    const share = (user + system - before.micros) / 1000 / (now - before.at);
    return Math.round(share * 1000) / 10;
  }
}
