/** `gridd fills ID`: the newest executions, each with the profit of the cycle it completed. */
import type { FillView } from '../../contract/instance-api.ts';
import { showBooks } from '../books-listing.ts';
import type { Context } from '../context.ts';
import { moneyText, orDash } from '../render.ts';
import type { Column } from '../render.ts';
import type { Selection } from '../select.ts';

const FILL_COLUMNS: readonly Column<FillView>[] = [
  { title: 'time', value: (fill) => fill.at.replace(/\.\d+Z$/, 'Z') },
  { title: 'side', value: (fill) => fill.side },
  { title: 'price', align: 'right', value: (fill) => fill.price },
  { title: 'size', align: 'right', value: (fill) => fill.size },
  { title: 'fee', align: 'right', value: (fill) => moneyText(fill.fee) },
  { title: 'grid', align: 'right', value: (fill) => orDash(fill.gap) },
  { title: 'cycle\nprofit', align: 'right', value: (fill) => moneyText(fill.cycle_profit) },
  { title: 'trade', wraps: 8, value: (fill) => fill.trade_id },
];

/** Prints at most `limit` fills, newest first. */
export function fills(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean; readonly limit: number },
): Promise<number> {
  return showBooks(context, selection, options, {
    read: (books) => books.fills(options.limit),
    columns: FILL_COLUMNS,
    none: 'no fills yet',
  });
}
