/**
 * Which figures a beat holds. While somebody looks at the fleet, all of them; else those that only
 * the price moved are told every third beat: a supervisor of many idle bots reads little but beats.
 */
import type { StatusView } from '../contract/instance-api.ts';

/** What moves with the price, and with time. */
const MOVED_BY_PRICE = [
  ...['price', 'mark_price', 'unpaired', 'total_pnl', 'equity', 'apr', 'liquidation', 'margin'],
  ...['edges', 'total_24h', 'updated_at', 'priced_at', 'venue_requests', 'clock_offset_ms'],
] as const satisfies readonly (keyof StatusView)[];

/** So long figures that only the price moved may be left out; a little less than three beats. */
const WHOLE_MS = 5_500;

export class BeatFigures {
  /** An older supervisor never says: it is told all. */
  #watched = true;
  #told: { readonly news: string; readonly at: number } | null = null;

  /** Whether somebody looks. */
  set watched(watched: boolean) {
    this.#watched = watched;
  }

  /** Nobody was told anything yet. */
  forget(): void {
    this.#watched = true;
    this.#told = null;
  }

  /**
   * What a beat at `now` (monotonic, ms) tells of `status`; null: nothing that could not wait.
   * `asked`: somebody waits for it.
   */
  of(status: StatusView | null, now: number, asked: boolean): StatusView | null {
    if (status === null) return null;
    const news = newsOf(status);
    const told = this.#told;
    const known = told !== null && told.news === news && now - told.at < WHOLE_MS;
    if (known && !asked && !this.#watched) return null;
    this.#told = { news, at: now };
    return status;
  }
}

function newsOf(status: StatusView): string {
  const left: Partial<StatusView> = { ...status };
  for (const key of MOVED_BY_PRICE) delete left[key];
  return JSON.stringify(left);
}
