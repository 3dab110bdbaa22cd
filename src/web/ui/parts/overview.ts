/** Head, notices and figures of the page. Each figure stands alone: none is derived on the page. */
import type { StatusView } from '../../../contract/instance-api.ts';
import { decimalsFor, exact, money, signedMoney, toneOf } from './amount.ts';
import { KeyedRows, byId, make, setClass, setText } from './dom.ts';
import { aprWords, clockWords, liquidationWords, nearestWords } from './risk-words.ts';
import { noticesOf, stateWords } from './state-words.ts';
import type { Notice } from './state-words.ts';

const notices = new KeyedRows<Notice>(
  byId('notices'),
  () => make('li'),
  (row, notice) => {
    setText(row, notice.text);
    setClass(row, notice.kind);
  },
);

/** Shows everything of `status` that is not a table. */
export function showOverview(status: StatusView): void {
  showHead(status);
  const list = noticesOf(status);
  byId('notices').hidden = list.length === 0;
  notices.show(list, (notice) => notice.text);
  showFigures(status);
  showRisk(status);
  const from = new Date(status.started_at).toLocaleString();
  setText(byId('foot'), `${status.instance_id} · started ${from} · amounts in ${status.quote}`);
  document.title = `${status.price} ${status.symbol} · ${status.name}`;
}

function showHead(status: StatusView): void {
  const mode = byId('mode');
  mode.hidden = false;
  setText(
    mode,
    status.mode.toUpperCase(),
    status.mode === 'paper' ? 'Paper: no real money moves' : 'Live: real money moves',
  );
  setClass(mode, `mode ${status.mode}`);
  setText(byId('name'), status.name, status.instance_id);
  setText(byId('symbol'), status.symbol);
  setText(byId('facts'), `${status.venue} · ${status.direction}`);
  setText(byId('price'), exact(status.price));
  setText(byId('quote'), status.quote);
  const words = stateWords(status);
  setText(byId('state'), words.text);
  setClass(byId('state'), `state ${words.tone}`);
}

function showFigures(status: StatusView): void {
  for (const id of ['total_pnl', 'grid_profit', 'unpaired'] as const) {
    const element = byId(id);
    setText(element, signedMoney(status[id]), `${status[id]} ${status.quote}`);
    setClass(element, toneOf(status[id]));
  }
  const unit = (text: string) => `${exact(text)} ${status.base}`;
  setText(byId('position'), unit(status.position));
  setText(byId('equity'), money(status.equity), status.equity);
  setText(byId('cycles'), String(status.cycles));
  const { min, max } = status.profit_per_grid;
  const percent = (text: string) => money(text.replace(/%$/, ''), 3);
  setText(byId('profit_per_grid'), `${percent(min)} … ${percent(max)} %`, `${min} … ${max} %`);
  const { fees, funding } = status;
  setText(byId('fees'), money(fees, decimalsFor(fees)), fees);
  setText(byId('funding'), signedMoney(funding, decimalsFor(funding)), funding);
  setText(byId('carry'), unit(status.carry));
  setText(byId('open_orders'), String(status.open_orders));
  setText(
    byId('range'),
    `${exact(status.lower)} – ${exact(status.upper)}, ${status.grids} grids of ` +
      `${exact(status.quantity_per_grid)} ${status.base}`,
  );
}

function showRisk(status: StatusView): void {
  const { investment, liquidation } = status;
  setText(byId('investment'), investment === undefined ? '–' : money(investment), investment);
  setText(byId('apr'), aprWords(status));
  setText(byId('liquidation'), liquidationWords(status));
  setText(byId('nearest'), nearestWords(status));
  setClass(byId('nearest'), liquidation?.alarm === true ? 'loss' : '');
  const { clock_offset_ms: offset = null, venue_requests: requests = null } = status;
  byId('clock-figure').hidden = offset === null;
  if (offset !== null) setText(byId('clock'), clockWords(offset));
  byId('requests-figure').hidden = requests === null;
  if (requests === null) return;
  setText(byId('requests'), `${requests.left} left of ${requests.per_minute} a minute`);
}
