/** `gridd orders ID`: the resting orders, highest price first. */
import { parseMoney } from '../../contract/decimal.ts';
import type { OrderView } from '../../contract/instance-api.ts';
import { showBooks } from '../books-listing.ts';
import type { Context } from '../context.ts';
import { orDash } from '../render.ts';
import type { Column } from '../render.ts';
import type { Selection } from '../select.ts';

const ORDER_COLUMNS: readonly Column<OrderView>[] = [
  { title: 'order', align: 'right', value: (order) => String(order.id) },
  { title: 'side', value: (order) => order.side },
  { title: 'price', align: 'right', value: (order) => order.price ?? 'market' },
  { title: 'size', align: 'right', value: (order) => order.size },
  { title: 'filled', align: 'right', value: (order) => order.filled },
  { title: 'status', value: (order) => order.status },
  { title: 'grid', align: 'right', value: (order) => orDash(order.gap) },
  { title: 'since', value: (order) => order.created_at.replace(/\.\d+Z$/, 'Z') },
];

/** Prints the orders that may still execute. */
export function orders(
  context: Context,
  selection: Selection,
  options: { readonly json?: boolean },
): Promise<number> {
  return showBooks(context, selection, options, {
    read: (books) => books.orders().sort(byPriceFallingMarketFirst),
    columns: ORDER_COLUMNS,
    none: 'no resting orders',
  });
}

function byPriceFallingMarketFirst(a: OrderView, b: OrderView): number {
  const market = Number(b.price === null) - Number(a.price === null);
  if (a.price === null || b.price === null) return market;
  const difference = (parseMoney(b.price) ?? 0n) - (parseMoney(a.price) ?? 0n);
  return difference > 0n ? 1 : difference < 0n ? -1 : a.id - b.id;
}
