/**
 * The bot's shares of what its key, and its address where the venue counts by that, may send:
 * granted by the supervisor, kept while that is gone, and `OWN_SHARE` where none was ever granted.
 * Nothing is asked of the venue before the first shares are known or their time is over.
 */
import { OWN_SHARE } from '../contract/instance-api.ts';
import type { BudgetReport } from '../contract/instance-api.ts';
import type { VenueOptions } from '../exchange/venue-kind.ts';
import type { Limited, Venue } from '../exchange/port.ts';
import type { Cancel, Clock } from '../platform/clock.ts';
import { fingerprint, keyFingerprint } from '../registry/index.ts';
import type { RateBudget } from './rate-budget.ts';

/** So long a starting bot waits for its first shares. */
export const FIRST_SHARE_MS = 1_500;

/** One limit of a venue and the name under which bots divide it. */
export interface SharedBudget {
  readonly of: Limited;
  readonly key: string;
}

/** How a venue is reached, and with which key. */
export type Reached = Pick<VenueOptions, 'credentials' | 'rest_url' | 'proxy'>;

/**
 * What a bot of the home `homeFolder` shares with others: by the value of the key, whatever
 * variable held it, or by the address that the venue sees. Names cannot be read back.
 */
export function budgetsOf(
  { name, capabilities }: Pick<Venue, 'name' | 'capabilities'>,
  homeFolder: string,
  { credentials, rest_url, proxy }: Reached,
): SharedBudget[] {
  const { requests_per_minute, requests_counted_by, orders_per_minute } = capabilities;
  const key = keyFingerprint(homeFolder, name, credentials);
  // Behind a proxy the venue sees the proxy's address.
  const way = `${new URL(rest_url).host}\0${proxy === null ? '' : withoutPassword(proxy)}`;
  const address = fingerprint(homeFolder, `${name}\0address\0${way}`);
  const requests = requests_counted_by === 'address' ? address : key;
  return [
    ...(requests_per_minute === null ? [] : [{ of: 'requests' as const, key: requests }]),
    // One budget of two limits where both are the key's.
    ...(orders_per_minute === undefined || requests === key
      ? []
      : [{ of: 'orders' as const, key }]),
  ];
}

/** All else in the name of an address can be guessed: a password in it could be tried out. */
function withoutPassword(proxy: string): string {
  if (!URL.canParse(proxy)) return '';
  const url = new URL(proxy);
  url.password = '';
  return url.href;
}

export class KeyShare {
  readonly #clock: Clock;
  readonly #granted = new Map<string, number>();
  #shared: readonly SharedBudget[] = [];
  #venue: Venue | null = null;
  #budget: RateBudget | null = null;
  #begun = false;
  #tell: () => void = () => undefined;
  #arrived: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `tell` is called when there is news for the supervisor. */
  onNews(tell: () => void): void {
    this.#tell = tell;
  }

  /**
   * Puts `venue` within its shares of `shared`, before anything is asked of it; at once where
   * nothing is counted.
   */
  async begin(venue: Venue, shared: readonly SharedBudget[]): Promise<void> {
    if (shared.length === 0) return;
    this.#venue = venue;
    this.#shared = shared;
    if (!this.#hasAll) {
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
    this.#grantAll(venue);
    this.#tell();
  }

  /** From here on the share of requests also bounds `budget`, through its metered `venue`. */
  follow(venue: Venue, budget: RateBudget): void {
    if (this.#venue === null) return;
    this.#venue = venue;
    this.#budget = budget;
    this.#grantAll(venue);
  }

  /** Takes what the supervisor grants of a budget, at once; what is no share is left alone. */
  take(key: unknown, share: unknown): void {
    if (typeof share !== 'number' || !(share > 0 && share <= 1)) return;
    const [only, ...more] = this.#shared;
    // A supervisor of before names no budget: to it a bot has one.
    const unnamed = key === undefined && more.length === 0 ? only : undefined;
    const budget = unnamed ?? this.#shared.find((one) => one.key === key);
    if (budget === undefined) return;
    this.#granted.set(budget.key, share);
    if (this.#hasAll) this.#arrived();
    if (this.#begun) this.#grant(budget);
    this.#tell();
  }

  /** What the supervisor is to know, one report for each budget; none where nothing is counted. */
  reports(): BudgetReport[] {
    const venue = this.#venue;
    return venue === null ? [] : this.#shared.map((budget) => this.#report(venue, budget));
  }

  get #hasAll(): boolean {
    return this.#shared.every(({ key }) => this.#granted.has(key));
  }

  /** The share in force, or to be taken. */
  #inForce(key: string): number {
    return this.#granted.get(key) ?? OWN_SHARE;
  }

  #report(venue: Venue, { of, key }: SharedBudget): BudgetReport {
    const { requests_per_minute, orders_per_minute } = venue.capabilities;
    const whole = (of === 'orders' ? orders_per_minute : requests_per_minute) ?? 0;
    const usage = venue.usage(of);
    const share = this.#inForce(key);
    // A venue that does not tell is taken to have used all it may.
    const used = usage === null ? share : Math.min(1, usage.used / Math.max(1, whole));
    const nothing = !this.#begun && !this.#granted.has(key);
    return {
      ...{ venue: venue.name, key },
      share: nothing ? null : share,
      used: nothing ? 0 : used,
      short: of === 'requests' && (this.#budget?.takeShortage() ?? false),
    };
  }

  #grantAll(venue: Venue): void {
    for (const budget of this.#shared) this.#grant(budget, venue);
  }

  #grant({ of, key }: SharedBudget, venue = this.#venue): void {
    // One budget is that of everything the venue limits.
    const limit = this.#shared.length === 1 ? undefined : of;
    venue?.grant(this.#inForce(key), limit);
  }
}
