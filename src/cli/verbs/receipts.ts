/**
 * `gridd receipts ID`: what each stop, end or day did to the account, by the venue's own fills,
 * fees and funding beside what the grid says of it. From the database, whether a bot runs or not.
 */
import { formatMoney, parseMoney } from '../../contract/decimal.ts';
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { ReceiptView } from '../../contract/instance-api.ts';
import type { BooksReader } from '../../store/index.ts';
import { readBooksOf, showBooks } from '../books-listing.ts';
import type { Context } from '../context.ts';
import { moneyText, orDash } from '../render.ts';
import type { Column } from '../render.ts';
import type { Selection } from '../select.ts';

export interface ReceiptsOptions {
  readonly by?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly limit: number;
}

/** The table, for 80 columns and more. */
export const RECEIPT_COLUMNS: readonly Column<ReceiptView>[] = [
  { title: 'from,\nto', wraps: 11, value: spanText },
  { title: 'why', wraps: 8, value: ({ reason }) => reason.replaceAll('_', ' ') },
  { title: 'fills', align: 'right', value: ({ period }) => orDash(period?.fills) },
  { title: 'bought,\nsold', wraps: 6, value: tradedText },
  { title: 'fees,\nfunding', wraps: 7, value: paidText },
  { title: 'net\nchange', align: 'right', value: changeText },
  { title: 'grid\nprofit', align: 'right', value: ({ period }) => moneyText(period?.grid_profit) },
  { title: 'un-\npaired', align: 'right', value: ({ period }) => moneyText(period?.unpaired) },
  { title: 'total', align: 'right', value: ({ period }) => moneyText(period?.total) },
  { title: 'ag-\nrees', value: agreement },
];

/** What each column of the CSV holds, in their order. */
const CSV_COLUMNS: readonly (readonly [string, (row: ReceiptView) => string])[] = [
  ['id', ({ id }) => String(id)],
  ['kind', ({ kind }) => kind],
  ['reason', ({ reason }) => reason],
  ['from', ({ period }) => period?.from ?? ''],
  ['to', ({ period, at }) => period?.to ?? at],
  ['fills', ({ period }) => String(period?.fills ?? '')],
  ['bought', ({ period }) => period?.bought ?? ''],
  ['sold', ({ period }) => period?.sold ?? ''],
  ['cost', ({ period }) => period?.cost ?? ''],
  ['proceeds', ({ period }) => period?.proceeds ?? ''],
  ['fees', ({ period }) => period?.fees ?? ''],
  ['funding', ({ period }) => period?.funding ?? ''],
  ['adjusted', ({ period }) => period?.adjusted ?? ''],
  ['position_before', ({ period }) => period?.position_before ?? ''],
  ['position_after', ({ period, position }) => period?.position_after ?? position],
  ['price_before', ({ period }) => period?.price_before ?? ''],
  ['price_after', ({ period }) => period?.price_after ?? ''],
  ['grid_profit', ({ period }) => period?.grid_profit ?? ''],
  ['unpaired', ({ period }) => period?.unpaired ?? ''],
  ['total', ({ period }) => period?.total ?? ''],
  ['difference', ({ period }) => period?.difference ?? ''],
  ['orders_cancelled', ({ orders_cancelled }) => String(orders_cancelled)],
  ['orders_left', ({ orders_left }) => String(orders_left)],
  ['trade_ids', ({ trade_ids }) => trade_ids.join(' ')],
];

/** Prints at most `limit` receipts, newest first. */
export async function receipts(
  context: Context,
  selection: Selection,
  options: ReceiptsOptions,
): Promise<number> {
  const { limit, json = false, csv = false } = options;
  const by = seriesOf(options.by);
  if (json && csv) throw new GriddError('USAGE', '--json and --csv exclude each other.');
  const listing = {
    read: (books: BooksReader) => books.receipts(limit, by),
    columns: RECEIPT_COLUMNS,
    none: by === 'day' ? 'no day has ended yet' : 'no stop or end yet',
  };
  if (!csv) return showBooks(context, selection, { json }, listing);
  context.terminal.out(csvText(await readBooksOf(context, selection, listing.read)));
  return EXIT.done;
}

function seriesOf(given = 'stop'): 'stop' | 'day' {
  if (given === 'stop' || given === 'day') return given;
  throw new GriddError('USAGE', `--by takes stop or day, not "${given}".`);
}

/** RFC 4180, with a line of names; amounts as exact decimals. */
export function csvText(rows: readonly ReceiptView[]): string {
  const head = CSV_COLUMNS.map(([name]) => name);
  const lines = rows.map((row) => CSV_COLUMNS.map(([, value]) => quoted(value(row))));
  return [head, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function spanText({ period, at }: ReceiptView): string {
  return period === undefined ? momentText(at) : `${momentText(period.from)} ${momentText(at)}`;
}

function tradedText({ period }: ReceiptView): string {
  return period === undefined ? '-' : `${period.bought}, ${period.sold}`;
}

function paidText({ period }: ReceiptView): string {
  return period === undefined ? '-' : `${moneyText(period.fees)}, ${moneyText(period.funding)}`;
}

/** Signed, in base units. */
function changeText({ period }: ReceiptView): string {
  if (period === undefined) return '-';
  const before = parseMoney(period.position_before) ?? 0n;
  const change = (parseMoney(period.position_after) ?? 0n) - before;
  return `${change > 0n ? '+' : ''}${formatMoney(change)}`;
}

function agreement({ period }: ReceiptView): string {
  if (period === undefined) return '-';
  return period.difference === '0' ? 'yes' : `no: ${period.difference}`;
}

function momentText(iso: string): string {
  return iso.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, '');
}
