/** What one engine turn changes in the books, and how far they are: plain rows. */
import type { ReceiptKind, StopReceipt } from '../contract/instance-api.ts';

/** A new order as it is stored before it is sent. */
export interface Intent {
  readonly id: number;
  readonly client_id: string;
  readonly role: string;
  readonly gap: number | null;
  readonly side: string;
  readonly price: string | null;
  readonly size: string;
  /** Number of the layout that wanted it. */
  readonly generation: number;
}

/** A booked execution. */
export interface BookedFill {
  readonly trade_id: string;
  readonly order_id: number;
  readonly gap: number | null;
  readonly side: string;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
  readonly cycle_profit: string | null;
  /** Average price of the other side of the cycle that it completed; absent: of none. */
  readonly pair_price?: string | null;
  readonly at_ms: number;
}

/** What happened to a stored order. */
export interface OrderUpdate {
  readonly id: number;
  readonly status: 'open' | 'cancelling' | 'filled' | 'cancelled' | 'rejected' | null;
  readonly filled?: string;
  readonly reason?: string;
  readonly venue_order_id?: string;
}

/** A receipt and the fills it covers: those after `after_fill` up to `last_fill`. */
export interface NewReceipt {
  readonly kind: ReceiptKind;
  readonly body: StopReceipt;
  readonly after_fill: number;
  readonly last_fill: number;
}

/** How far the books are: the newest row of each table that moves money. */
export interface BooksMark {
  readonly fill: number;
  readonly funding: number;
  readonly adjustment: number;
}

/** A row that moved money, as booked; an adjustment has a signed size and no fee. */
export interface MoneyRow {
  readonly side: 'buy' | 'sell' | null;
  readonly price: string;
  readonly size: string;
  readonly fee: string;
}

/** Everything one engine turn changes; committed whole or not at all. */
export interface Turn {
  readonly at_ms: number;
  /** The engine after it; null: a later turn of the same commit brings it. */
  readonly state: string | null;
  readonly intents: readonly Intent[];
  readonly updates: readonly OrderUpdate[];
  readonly fill?: BookedFill;
  readonly funding?: {
    readonly funding_id: string;
    readonly amount: string;
    readonly at_ms: number;
  };
  /** An accepted difference of position: signed size, booked at `price`. */
  readonly adjustment?: { readonly size: string; readonly price: string };
  readonly notes: readonly { readonly code: string; readonly text: string }[];
  readonly meta?: Readonly<Record<string, string>>;
  readonly receipt?: NewReceipt;
  readonly request?: { readonly key: string; readonly request: string; readonly answer: string };
}
