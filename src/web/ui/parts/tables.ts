/** The ladder of lines, with the price between the two lines it is between, and the last fills. */
import type { FillView, LevelView, StatusView } from '../../../contract/instance-api.ts';
import { decimalsFor, exact, isAbove, isSame, money, signedMoney, toneOf } from './amount.ts';
import { KeyedRows, byId, cellOf, make, makeRow, setClass, setText } from './dom.ts';
import { lineWords } from './line-words.ts';

type LadderItem =
  | { readonly kind: 'line'; readonly level: LevelView }
  | { readonly kind: 'price'; readonly price: string; readonly place: string };

const ladder = new KeyedRows<LadderItem>(
  byId('levels'),
  () => makeRow(['number', '', 'number', 'number dim', 'note']),
  (row, item) => (item.kind === 'line' ? showLine(row, item.level) : showPrice(row, item)),
);
const fills = new KeyedRows<FillView>(
  byId('fills'),
  () => makeRow(['dim', '', 'number', 'number', 'number dim minor', 'number']),
  showFill,
);
let centred = false;

/** Shows the lines, highest first, and brings the price into view the first time. */
export function showLadder(status: StatusView, levels: readonly LevelView[]): void {
  byId('no-levels').hidden = levels.length > 0;
  const items: LadderItem[] = levels.map((level) => ({ kind: 'line', level }));
  if (items.length > 0) {
    const below = levels.findIndex((level) => !isAbove(level.price, status.price));
    const at = below === -1 ? items.length : below;
    const onLine = levels.some((level) => isSame(level.price, status.price));
    const outside = at === 0 ? 'above the range' : below === -1 ? 'below the range' : '';
    const place = onLine ? 'on a line' : outside;
    items.splice(at, 0, { kind: 'price', price: status.price, place });
  }
  ladder.show(items, (item) => (item.kind === 'price' ? 'price' : `line ${item.level.index}`));
  if (!centred && items.length > 0) centred = centre();
}

/** Shows the fills, newest first. */
export function showFills(list: readonly FillView[]): void {
  byId('no-fills').hidden = list.length > 0;
  fills.show(list, (fill) => fill.trade_id);
}

function showLine(row: HTMLElement, level: LevelView): void {
  setText(cellOf(row, 0), exact(level.price));
  showSide(cellOf(row, 1), level.side);
  const part = isAbove(level.filled, '0');
  const size = part ? `${exact(level.filled)} of ${exact(level.size)}` : exact(level.size);
  setText(cellOf(row, 2), level.side === null ? '' : size);
  setText(cellOf(row, 3), level.order_id === null ? '' : `#${level.order_id}`);
  const note = cellOf(row, 4);
  const isEmpty = level.side === null && level.reason === null;
  const why = level.reason === null ? '' : lineWords(level.reason);
  setText(note, isEmpty ? 'empty line' : why, level.reason ?? '');
  setClass(note, isEmpty ? 'note calm' : 'note');
}

function showPrice(row: HTMLElement, item: { price: string; place: string }): void {
  setClass(row, 'here');
  setText(cellOf(row, 0), `▸ ${exact(item.price)}`);
  setText(cellOf(row, 1), 'price');
  setText(cellOf(row, 4), item.place);
  setClass(cellOf(row, 4), 'note');
}

function showFill(row: HTMLElement, fill: FillView): void {
  setText(cellOf(row, 0), momentText(fill.at), fill.at);
  showSide(cellOf(row, 1), fill.side);
  setText(cellOf(row, 2), exact(fill.price));
  setText(cellOf(row, 3), exact(fill.size));
  setText(cellOf(row, 4), money(fill.fee, Math.max(4, decimalsFor(fill.fee))), fill.fee);
  const profit = fill.cycle_profit;
  const cell = cellOf(row, 5);
  setText(cell, profit === null ? '' : signedMoney(profit, decimalsFor(profit)), profit ?? '');
  setClass(cell, `number ${profit === null ? '' : toneOf(profit)}`);
}

function showSide(cell: HTMLElement, side: LevelView['side']): void {
  let tag = cell.firstElementChild;
  if (!(tag instanceof HTMLElement)) {
    tag = make('span');
    cell.append(tag);
  }
  if (!(tag instanceof HTMLElement)) return;
  setText(tag, side ?? '–');
  setClass(tag, `tag ${side ?? 'none'}`);
}

/** Month, day and time of day in the reader's time zone. */
function momentText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function centre(): boolean {
  const box = byId('ladder');
  const here = box.querySelector('tr.here');
  if (!(here instanceof HTMLElement)) return false;
  box.scrollTop = here.offsetTop - box.clientHeight / 2;
  return true;
}
