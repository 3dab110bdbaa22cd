/**
 * The bot's share of what its key may send: granted by the supervisor, kept while that is gone, and
 * `OWN_SHARE` where none was ever granted. Nothing is asked of the venue before the first share is
 * known or its time is over.
 */
import { createHmac } from 'node:crypto';
import { OWN_SHARE } from '../contract/instance-api.ts';
import type { BudgetReport } from '../contract/instance-api.ts';
import type { Credentials } from '../exchange/venue-kind.ts';
import type { Venue } from '../exchange/port.ts';
import type { Cancel, Clock } from '../platform/clock.ts';
import type { RateBudget } from './rate-budget.ts';

/** So long a starting bot waits for its first share. */
export const FIRST_SHARE_MS = 1_500;
const NAMES = ['api_key', 'account_address', 'private_key'] as const;

/** Tells the key of `credentials` from others of the same home; it cannot be read back. */
export function keyFingerprint(
  homeFolder: string,
  venue: string,
  credentials: Credentials,
): string {
  const name = NAMES.find((each) => (credentials[each] ?? '') !== '');
  const key = name === undefined ? '' : `${name}\0${credentials[name] ?? ''}`;
  return createHmac('sha256', homeFolder).update(`${venue}\0${key}`).digest('hex').slice(0, 24);
}

export class KeyShare {
  readonly #clock: Clock;
  #venue: Venue | null = null;
  #key = '';
  #budget: RateBudget | null = null;
  #granted: number | null = null;
  #begun = false;
  #tell: () => void = () => undefined;
  #arrived: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The share in force, or to be taken. */
  get inForce(): number {
    return this.#granted ?? OWN_SHARE;
  }

  /** `tell` is called when there is news for the supervisor. */
  onNews(tell: () => void): void {
    this.#tell = tell;
  }

  /**
   * Puts `venue` within the share of its key, before anything is asked of it; at once where the
   * venue counts nothing.
   */
  async begin(venue: Venue, key: string): Promise<void> {
    if (venue.capabilities.requests_per_minute === null) return;
    this.#venue = venue;
    this.#key = key;
    if (this.#granted === null) {
      const first = new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
      let cancel: Cancel = () => undefined;
      const late = new Promise<void>((resolve) => {
        cancel = this.#clock.after(FIRST_SHARE_MS, resolve);
      });
      this.#tell();
      await Promise.race([first, late]);
      cancel();
    }
    this.#begun = true;
    venue.grant(this.inForce);
    this.#tell();
  }

  /** From here on the share also bounds `budget`, through its metered `venue`. */
  follow(venue: Venue, budget: RateBudget): void {
    if (this.#venue === null) return;
    this.#venue = venue;
    this.#budget = budget;
    venue.grant(this.inForce);
  }

  /** Takes what the supervisor grants, at once; what is no share is left alone. */
  take(share: unknown): void {
    if (typeof share !== 'number' || !(share > 0 && share <= 1)) return;
    this.#granted = share;
    this.#arrived();
    if (this.#begun) this.#venue?.grant(share);
    this.#tell();
  }

  /** What the supervisor is to know; null where the venue counts nothing. */
  report(): BudgetReport | null {
    const venue = this.#venue;
    if (venue === null) return null;
    const whole = venue.capabilities.requests_per_minute ?? 0;
    const usage = venue.usage();
    // A venue that does not tell is taken to have used all it may.
    const used = usage === null ? this.inForce : Math.min(1, usage.used / Math.max(1, whole));
    const nothing = !this.#begun && this.#granted === null;
    return {
      venue: venue.name,
      key: this.#key,
      share: nothing ? null : this.inForce,
      used: nothing ? 0 : used,
      short: this.#budget?.takeShortage() ?? false,
    };
  }
}
