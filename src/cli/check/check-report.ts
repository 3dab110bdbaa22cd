/** What `gridd check` finds out about an instance before it trades live. */
import type { LiquidationView } from '../../contract/instance-api.ts';
import type { Finding } from '../doctor/finding.ts';
import type { ClockSamples } from './clock-samples.ts';

/** The account at the venue; money and rates as text. */
export interface AccountFacts {
  readonly account_id: string;
  readonly equity: string;
  readonly maker_fee: string;
  readonly taker_fee: string;
  readonly leverage: string | null;
}

/** What stands on the symbol now. */
export interface StandingFacts {
  /** Signed. */
  readonly position: string;
  readonly entry_price: string | null;
  readonly orders: number;
}

/** The grid as it would be right after its start. */
export interface GridFacts {
  readonly price: string;
  readonly quantity_per_grid: string;
  /** Percent, after the account's fees. */
  readonly profit_per_grid: { readonly min: string; readonly max: string };
  /** Signed, with every buy filled, and with every sell filled. */
  readonly most_long: string;
  readonly most_short: string;
  readonly orders: number;
  readonly liquidation: LiquidationView;
}

/** Our price of liquidation of the present position beside the venue's own estimate. */
export interface LiquidationGap {
  readonly ours: string | null;
  readonly venue: string;
  /** Percent of the venue's; null: ours says that there is none. */
  readonly gap_percent: string | null;
}

export interface CheckReport {
  readonly id: string;
  readonly venue: string;
  readonly mode: 'paper' | 'live';
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Nothing failed. */
  readonly ok: boolean;
  /** No grid ever traded live on these books. */
  readonly first: boolean;
  readonly findings: readonly Finding[];
  readonly clock: ClockSamples | null;
  readonly account: AccountFacts | null;
  readonly standing: StandingFacts | null;
  /** Null where the grid must not run, or runs already. */
  readonly grid: GridFacts | null;
  readonly liquidation_gap: LiquidationGap | null;
}
