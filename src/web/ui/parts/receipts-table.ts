/**
 * The receipts of stops or days. They come seldom and are asked for apart from the stream: at the
 * beginning, when the grid changes its state, and every few minutes for the day that ended.
 */
import type { ReceiptView } from '../../../contract/instance-api.ts';
import { decimalsFor, exact, money, signedMoney, toneOf } from './amount.ts';
import { get } from './api.ts';
import { KeyedRows, byId, cellOf, makeRow, setClass, setText } from './dom.ts';

const REFRESH_MS = 120_000;
type Series = 'stop' | 'day';

const rows = new KeyedRows<ReceiptView>(
  byId('receipts'),
  () => {
    const number = ['number', 'number minor', 'number minor', 'number minor', 'number minor'];
    return makeRow(['dim', '', ...number, 'number minor', 'number minor', 'number', '']);
  },
  showReceipt,
);

/** The table with its choice of series. */
export class Receipts {
  #series: Series = 'stop';
  #state = '';

  constructor() {
    for (const series of ['stop', 'day'] as const) {
      byId(`receipts-${series}`).addEventListener('click', () => {
        this.#series = series;
        void this.#read();
      });
    }
    setInterval(() => void this.#read(), REFRESH_MS);
  }

  /** Takes the state of the grid: one that changed may have left a receipt. */
  follow(gridState: string): void {
    if (gridState === this.#state) return;
    this.#state = gridState;
    void this.#read();
  }

  async #read(): Promise<void> {
    const series = this.#series;
    const answer = await get<readonly ReceiptView[]>(`/api/receipts?by=${series}`);
    if (series !== this.#series || !answer.ok) return;
    for (const name of ['stop', 'day'] as const) {
      byId(`receipts-${name}`).setAttribute('aria-pressed', String(name === series));
    }
    rows.show(answer.value, ({ id }) => String(id));
    const none = byId('no-receipts');
    none.hidden = answer.value.length > 0;
    setText(none, series === 'day' ? 'No day has ended yet.' : 'No stop or end yet.');
  }
}

function showReceipt(row: HTMLElement, receipt: ReceiptView): void {
  const { period, reason, at, kind } = receipt;
  setText(cellOf(row, 0), spanText(period?.from, at), `${period?.from ?? ''} – ${at}`);
  setText(cellOf(row, 1), kind === 'day' ? 'day' : reason.replaceAll('_', ' '));
  if (period === undefined) return;
  const { fills, bought, sold, fees, funding, position_before: before } = period;
  const after = period.position_after;
  setText(cellOf(row, 2), String(fills), receipt.trade_ids.slice(0, 50).join(' '));
  setText(cellOf(row, 3), `${exact(bought)} / ${exact(sold)}`);
  setText(cellOf(row, 4), money(fees, decimalsFor(fees)), fees);
  setText(cellOf(row, 5), signedMoney(funding, decimalsFor(funding)), funding);
  setText(cellOf(row, 6), before === after ? exact(after) : `${exact(before)} → ${exact(after)}`);
  for (const [index, key] of (['grid_profit', 'unpaired', 'total'] as const).entries()) {
    const cell = cellOf(row, 7 + index);
    setText(cell, signedMoney(period[key], decimalsFor(period[key])), period[key]);
    // A narrow screen shows the total alone.
    setClass(cell, `number ${key === 'total' ? '' : 'minor '}${toneOf(period[key])}`);
  }
  const agrees = cellOf(row, 10);
  const differs = period.difference !== '0';
  setText(agrees, differs ? `no: ${period.difference}` : '✓ agrees');
  setClass(agrees, differs ? 'loss' : 'gain');
}

function spanText(from: string | undefined, to: string): string {
  return from === undefined ? short(to) : `${short(from)} – ${short(to)}`;
}

/** Month, day and minute in the reader's time zone. */
function short(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
