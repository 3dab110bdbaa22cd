/** Why a bot is degraded: one sentence for each reason, told when it comes and when it goes. */
import type { CodedText, DegradedCode } from '../contract/said-codes.ts';
import type { Logger } from '../platform/logger.ts';

export class Degradation {
  readonly #reasons = new Map<DegradedCode, string>();
  readonly #log: Logger;
  readonly #changed: () => void;

  constructor(log: Logger, changed: () => void) {
    this.#log = log;
    this.#changed = changed;
  }

  get sentences(): readonly string[] {
    return [...this.#reasons.values()];
  }

  /** The same sentences, each with its code. */
  get coded(): readonly CodedText[] {
    return [...this.#reasons].map(([code, text]) => ({ code, text }));
  }

  /** Sets (or with null clears) one reason. */
  set(key: DegradedCode, reason: string | null): void {
    if (this.#reasons.get(key) === (reason ?? undefined)) return;
    if (reason === null) this.#reasons.delete(key);
    else this.#reasons.set(key, reason);
    this.#log.warn({ key, reason }, reason === null ? 'recovered' : 'degraded');
    this.#changed();
  }
}
