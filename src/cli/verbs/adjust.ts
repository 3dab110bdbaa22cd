/**
 * `gridd adjust ID`: new lines for a running grid, shown first with --dry-run. --save writes the
 * values into the config file as well; alone it saves what an earlier adjust has set.
 */
import { randomUUID } from 'node:crypto';
import { parseDecimal, rescale } from '../../contract/decimal.ts';
import { EXIT, GriddError } from '../../contract/errors.ts';
import type { InstanceStatus } from '../../contract/fleet-api.ts';
import type { AdjustAnswer, AdjustRequest, StatusView } from '../../contract/instance-api.ts';
import { systemClock } from '../../platform/clock.ts';
import { fromHome } from '../../platform/paths.ts';
import { openRegistry, readConfigFile, unknownInstance } from '../../registry/index.ts';
import type { LoadedConfig } from '../../registry/index.ts';
import { saveGridValues, withGridValues } from '../../registry/grid-values.ts';
import type { GridValues } from '../../registry/grid-values.ts';
import type { Context } from '../context.ts';
import type { ControlClient } from '../control-client.ts';
import { checkGrid } from '../../design/index.ts';
import { liquidationText, renderPairs } from '../render.ts';
import { tellAuthor } from '../config-author.ts';
import { noteOwnDeed } from '../own-deeds.ts';
import { tellJson } from '../results.ts';
import { clientFor } from '../running-client.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

const FRESH_POLL_MS = 100;
const FRESH_DEADLINE_MS = 10_000;

export interface AdjustOptions {
  readonly lower?: string;
  readonly upper?: string;
  readonly grids?: string;
  readonly quantity?: string;
  readonly investment?: string;
  readonly position?: string;
  readonly dryRun?: boolean;
  readonly save?: boolean;
  readonly json?: boolean;
}

type GridNow = Pick<AdjustAnswer, 'lower' | 'upper' | 'grids' | 'quantity_per_grid'>;

/** Adjusts, or shows what an adjust would do; prints the answer. */
export async function adjust(
  context: Context,
  selection: Selection,
  options: AdjustOptions,
): Promise<number> {
  const id = selectOne(context, selection);
  const { save = false, dryRun = false, json = false } = options;
  if (save && dryRun) throw new GriddError('USAGE', '--save and --dry-run exclude each other.');
  const request = requestOf(options);
  const client = await clientFor(context, id);
  const path = `/api/instances/${encodeURIComponent(id)}`;
  if (request === null) {
    const view = await presentGrid(client, id, path);
    const saved = await saveGrid(context, id, view);
    if (json) tellJson(context, { saved });
    else context.terminal.out(`${id}: saved to ${saved}\n`);
    return EXIT.done;
  }
  const answer = await client.post<AdjustAnswer>(`${path}/adjust`, request, randomUUID());
  const saved = save ? await saveGrid(context, id, answer) : null;
  if (json) tellJson(context, { ...answer, saved });
  else context.terminal.out(answerText(context, id, answer, dryRun, saved));
  return EXIT.done;
}

/** The grid as it is now: a running bot's figures reach the supervisor once a second. */
async function presentGrid(client: ControlClient, id: string, path: string): Promise<StatusView> {
  const asked = systemClock.now();
  for (;;) {
    const { status: view, pid } = await client.get<InstanceStatus>(path);
    if (view === null) throw new GriddError('PROGRAM_UNSUPPORTED', `${id} shows no grid to save.`);
    if (pid === null || Date.parse(view.updated_at) >= asked) return view;
    if (systemClock.now() > asked + FRESH_DEADLINE_MS) {
      throw new GriddError('BOT_UNREACHABLE', `${id} does not say what its grid is now.`);
    }
    await systemClock.delay(FRESH_POLL_MS);
  }
}

/** Null where nothing but --save was asked for. */
function requestOf(options: AdjustOptions): AdjustRequest | null {
  const { lower, upper, grids, quantity, investment, position } = options;
  const values = [lower, upper, grids, quantity, investment];
  if (values.every((value) => value === undefined)) {
    if (options.save === true && position === undefined) return null;
    const names = '--lower, --upper, --grids, --quantity or --investment';
    throw new GriddError('USAGE', `An adjust needs one of ${names}.`);
  }
  if (quantity !== undefined && investment !== undefined) {
    throw new GriddError('USAGE', '--quantity and --investment exclude each other.');
  }
  if (position !== undefined && position !== 'carry' && position !== 'rebalance') {
    throw new GriddError('USAGE', `--position takes carry or rebalance, not "${position}".`);
  }
  return {
    ...(lower === undefined ? {} : { grid_lower_price: price('--lower', lower) }),
    ...(upper === undefined ? {} : { grid_upper_price: price('--upper', upper) }),
    ...(grids === undefined ? {} : { grid_num: wholeNumber('--grids', grids) }),
    ...(quantity === undefined ? {} : { order_quantity: price('--quantity', quantity) }),
    ...(investment === undefined ? {} : { investment: price('--investment', investment) }),
    ...(position === undefined ? {} : { position }),
    ...(options.dryRun === true ? { dry_run: true } : {}),
  };
}

function price(option: string, text: string): string {
  const value = /^\d+(\.\d+)?$/.test(text) ? parseDecimal(text) : null;
  if (value !== null && value.digits > 0n) return text;
  const allowed = 'a plain number above zero such as 140.5';
  throw new GriddError('USAGE', `${option} takes ${allowed}, not "${text}".`);
}

function wholeNumber(option: string, text: string): number {
  const value = /^[1-9]\d{0,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(value)) return value;
  const allowed = 'a whole number from 1 to 999999';
  throw new GriddError('USAGE', `${option} takes ${allowed}, not "${text}".`);
}

/** Writes the grid into the instance's config file and returns its name. */
async function saveGrid(context: Context, id: string, grid: GridNow): Promise<string> {
  const { home } = context;
  const record = openRegistry(home).read().instances[id];
  if (record === undefined) {
    throw unknownInstance(home, id, `There is no instance "${id}" to save for.`);
  }
  const file = fromHome(home, record.config_file);
  const options = record.instance_id_override ? { instanceId: id } : {};
  const loaded = readConfigFile(home, file, options);
  saveGridValues(home, loaded, valuesFor(context, loaded, grid));
  await tellAuthor(home, id, 'gridd adjust --save');
  noteOwnDeed(context, 'config save', id, { note: 'gridd adjust --save' });
  return record.config_file;
}

/** The size is written only where the file with its new lines would not give the same one. */
function valuesFor(context: Context, loaded: LoadedConfig, grid: GridNow): GridValues {
  const lines = {
    grid_lower_price: grid.lower,
    grid_upper_price: grid.upper,
    grid_num: grid.grids,
  };
  const { quantity } = checkGrid(context.home, withGridValues(context.home, loaded, lines).config);
  if (quantity !== null && sameDecimal(quantity, grid.quantity_per_grid)) return lines;
  return { ...lines, order_quantity: grid.quantity_per_grid };
}

function sameDecimal(a: string, b: string): boolean {
  const x = parseDecimal(a);
  const y = parseDecimal(b);
  if (x === null || y === null) return false;
  const scale = Math.max(x.scale, y.scale);
  return rescale(x, scale) === rescale(y, scale);
}

function answerText(
  context: Context,
  id: string,
  answer: AdjustAnswer,
  dryRun: boolean,
  saved: string | null,
): string {
  const { terminal } = context;
  for (const warning of answer.warnings) terminal.err(`warning: ${id}: ${warning}\n`);
  const { profit_per_grid: profit } = answer;
  const look = { width: terminal.columns, colours: terminal.colours };
  const pairs: [string, string][] = [
    ['range', `${answer.lower} .. ${answer.upper}`],
    ['grids', `${answer.grids} of ${answer.quantity_per_grid}`],
    ['profit per grid', `${profit.min} % .. ${profit.max} %`],
    ['orders kept', String(answer.orders_kept)],
    ['orders cancelled', String(answer.orders_cancelled)],
    ['orders placed', String(answer.orders_placed)],
    ['parcels moved', String(answer.parcels_moved)],
    ['carry', answer.carry],
    ['market trade', answer.market_trade],
  ];
  const { liquidation } = answer;
  if (liquidation !== undefined) pairs.push(['liquidation', liquidationText(liquidation)]);
  if (!dryRun && !answer.converged) pairs.push(['pending', `${answer.pending} orders`]);
  if (saved !== null) pairs.push(['saved to', saved]);
  return `${id}: ${headline(answer, dryRun)}\n${renderPairs(pairs, look)}`;
}

function headline(answer: AdjustAnswer, dryRun: boolean): string {
  if (answer.unchanged) return 'these are the present values: nothing changes';
  if (dryRun) return 'dry run, nothing was changed; an adjust would do this';
  return answer.converged ? 'adjusted' : 'adjusted; the venue is being brought in line';
}
