/**
 * The average entry of the position as venues count it: what opens is averaged in, what reduces
 * leaves the average as it is, what turns the position begins anew. Follows the booked fills.
 */
import { parseMoney, formatMoney } from '../contract/decimal.ts';
import { lotsOf, nearestTicks } from '../contract/market.ts';
import type { Market } from '../contract/market.ts';
import { afterTrade, entryPrice } from '../exchange/matching/account.ts';
import type { Account } from '../exchange/matching/account.ts';
import type { Books, BooksMark, MoneyRow } from '../store/index.ts';

/** Where the books keep it, so that a start need not read all fills. */
const ENTRY = 'average_entry';
const FLAT: Account = { starting: 0n, realised: 0n, fees: 0n, funding: 0n, lots: 0, cost: 0n };
const BEGINNING: BooksMark = { fill: 0, funding: 0, adjustment: 0 };

interface Stored {
  readonly mark: BooksMark;
  readonly lots: number;
  readonly cost: string;
}

export class AverageEntry {
  readonly #market: Market;
  readonly #books: Pick<Books, 'mark' | 'meta' | 'movedSince'>;
  #mark: BooksMark = BEGINNING;
  #account: Account = FLAT;

  constructor(market: Market, books: Pick<Books, 'mark' | 'meta' | 'movedSince'>) {
    this.#market = market;
    this.#books = books;
    const text = books.meta(ENTRY);
    if (text === null) return;
    const { mark, lots, cost } = JSON.parse(text) as Stored;
    this.#mark = mark;
    this.#account = { ...FLAT, lots, cost: parseMoney(cost) ?? 0n };
  }

  /** Price text, rounded at 1e-18; null: flat. */
  get price(): string | null {
    this.#follow();
    return entryPrice(this.#market, this.#account);
  }

  /** Rows of `meta` that keep it. */
  get meta(): Record<string, string> {
    const { lots, cost } = this.#account;
    const stored: Stored = { mark: this.#mark, lots, cost: formatMoney(cost) };
    return { [ENTRY]: JSON.stringify(stored) };
  }

  #follow(): void {
    const mark = this.#books.mark();
    if (mark.fill === this.#mark.fill && mark.adjustment === this.#mark.adjustment) return;
    for (const row of this.#books.movedSince(this.#mark)) this.#take(row);
    this.#mark = mark;
  }

  #take({ side, price, size }: MoneyRow): void {
    const lots = lotsOf(this.#market, size) ?? 0;
    const ticks = nearestTicks(this.#market, price) ?? 0;
    if (lots === 0) return;
    const way = side ?? (lots > 0 ? 'buy' : 'sell');
    const trade = { side: way, ticks, lots: Math.abs(lots), fee: 0n };
    // Of the sums only position and cost count here.
    const { lots: held, cost } = afterTrade(this.#market, this.#account, trade);
    this.#account = { ...FLAT, lots: held, cost };
  }
}
