/** `gridd status ID`: everything about one instance; a stopped one from its database. */
import { EXIT } from '../../contract/errors.ts';
import type { InstanceStatus, LastExit } from '../../contract/fleet-api.ts';
import type { StatusView } from '../../contract/instance-api.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Context } from '../context.ts';
import { problemText } from '../failure.ts';
import { readFleet } from '../fleet-reader.ts';
import { statusDocument } from '../list-keys.ts';
import {
  durationText,
  liquidationText,
  moneyText,
  nextStartText,
  orDash,
  renderPairs,
} from '../render.ts';
import { tellJson } from '../results.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

/** With the last one, whose words on stderr are shown too. */
const SHOWN_EXITS = 5;

type Pair = readonly [string, string];

/** Prints the details or the flat JSON document. */
export async function status(
  context: Context,
  selection: Selection,
  options: { json?: boolean },
): Promise<number> {
  const id = selectOne(context, selection);
  const found = await (await readFleet(context)).status(id);
  if (options.json === true) {
    tellJson(context, statusDocument(found));
    return EXIT.done;
  }
  const { colours, columns } = context.terminal;
  const view = found.status;
  const pairs = [...processPairs(found), ...(view === null ? [] : gridPairs(view))];
  context.terminal.draw(renderPairs([...pairs, ...filePairs(found)], { width: columns, colours }));
  return EXIT.done;
}

function processPairs(found: InstanceStatus): Pair[] {
  const reason = found.state_reason === '' ? '' : ` (${found.state_reason})`;
  const memory = found.memory_mb === null ? '-' : `${found.memory_mb.toFixed(0)} MiB`;
  const cpu = found.cpu_percent === null ? '-' : `${found.cpu_percent.toFixed(1)} %`;
  const pairs: Pair[] = [
    ['id', found.id],
    ['state', `${found.state}${reason}`],
    ['desired', found.desired],
    ['page', orDash(found.url)],
    ['pid', orDash(found.pid)],
    ['uptime', durationText(found.uptime_s)],
    ['started at', orDash(found.started_at)],
    ['restarts', String(found.restarts)],
    ['memory, cpu', `${memory}, ${cpu}`],
  ];
  const next = nextStartText(found, systemClock.now());
  if (next !== null) pairs.push(['next start', `${next} (${orDash(found.next_start_at)})`]);
  if (found.last_error !== null) pairs.push(['last error', found.last_error]);
  for (const problem of found.problems) pairs.push(['problem', problemText(problem)]);
  if (found.last_exit !== null) pairs.push(['last exit', exitText(found.last_exit)]);
  const earlier = found.exits.filter(({ at }) => at !== found.last_exit?.at);
  for (const exit of earlier.slice(0, SHOWN_EXITS - 1)) {
    pairs.push(['exit before', exitText({ ...exit, stderr_tail: [] })]);
  }
  const { safe_run: safe } = found;
  if (safe !== null) pairs.push(['safe run', `${safe.at}: ${safe.outcome}`]);
  return pairs;
}

function exitText(exit: LastExit): string {
  const how = exit.signal ?? (exit.code === null ? 'unknown' : `code ${exit.code}`);
  const lines = exit.stderr_tail.map((line) => `\n    ${line}`).join('');
  return `${exit.at}, ${how}: ${exit.reason}${lines}`;
}

function gridPairs(view: StatusView): Pair[] {
  const { quote, base, profit_per_grid: profit } = view;
  const pairs: Pair[] = [
    ['grid', `${view.grid_state}${view.adjusted ? ' (adjusted, differs from the file)' : ''}`],
    ['market', `${view.symbol} on ${view.venue} (${view.mode}), ${view.direction}`],
    ['price', `${view.price} ${quote}`],
    ['range', `${view.lower} .. ${view.upper} ${quote}`],
    ['grids', `${view.grids} of ${view.quantity_per_grid} ${base}`],
    ['profit per grid', `${profit.min} % .. ${profit.max} %`],
    ['position', `${view.position} ${base}${view.carry === '0' ? '' : `, carry ${view.carry}`}`],
    ['open orders', String(view.open_orders)],
    ['cycles', String(view.cycles)],
    ['grid profit', `${moneyText(view.grid_profit)} ${quote}`],
    ['unpaired', `${moneyText(view.unpaired)} ${quote}`],
    ['total', `${moneyText(view.total_pnl)} ${quote}`],
    ['fees, funding', `${moneyText(view.fees)}, ${moneyText(view.funding)} ${quote}`],
    ['equity', `${moneyText(view.equity)} ${quote}`],
    ...moneyPairs(view),
    ['figures of', view.updated_at],
  ];
  for (const pair of venuePairs(view)) pairs.push(pair);
  for (const reason of view.degraded) pairs.push(['degraded', reason]);
  for (const warning of view.warnings) pairs.push(['warning', warning]);
  return pairs;
}

/** A trip is the first thing to act on; clock and requests only where the venue counts them. */
function venuePairs({ tripped, clock_offset_ms: offset, venue_requests: requests }: StatusView) {
  const pairs: Pair[] = [];
  if (tripped !== undefined && tripped !== null) {
    pairs.push(['tripped', `${tripped.text}; \`gridd resume\` goes on`]);
  }
  if (offset !== undefined && offset !== null) pairs.push(['clock', offsetText(offset)]);
  if (requests !== undefined && requests !== null) {
    pairs.push(['venue requests', `${requests.left} left of ${requests.per_minute} a minute`]);
  }
  return pairs;
}

function offsetText(ms: number): string {
  if (ms === 0) return "as the venue's";
  return `${Math.abs(ms)} ms ${ms > 0 ? 'behind' : 'ahead of'} the venue's`;
}

// Figures that an older version stored say nothing of these.
function moneyPairs({ investment, apr, liquidation, quote }: StatusView): Pair[] {
  const pairs: Pair[] = [];
  if (investment !== undefined) pairs.push(['investment', `${moneyText(investment)} ${quote}`]);
  if (apr !== undefined) {
    const known = apr.grid !== null && apr.total !== null;
    const rates = `${apr.grid} % grid profit, ${apr.total} % total`;
    pairs.push(['APR', known ? rates : '- (told after an hour)']);
  }
  if (liquidation !== undefined) pairs.push(['liquidation', liquidationText(liquidation)]);
  return pairs;
}

function filePairs(found: InstanceStatus): Pair[] {
  // An older supervisor says nothing of it.
  const note = found.config_note ?? null;
  return [
    ['config file', found.config_file],
    ...(note === null ? [] : ([['edited', note]] as const)),
    ['log folder', found.log_dir],
    ['database', found.db_path],
  ];
}
