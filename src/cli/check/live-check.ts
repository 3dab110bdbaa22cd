/**
 * Everything of a live start but placing orders: the account behind the keys is asked, the grid
 * designed with its fees and its money, and what would follow from a start is computed. It sends
 * questions only, and sets nothing.
 */
import type { ErrorBody } from '../../contract/errors.ts';
import { errorBody } from '../../contract/errors.ts';
import { parseMoney } from '../../contract/decimal.ts';
import type { InstanceConfig } from '../../contract/instance-config.ts';
import { makeMarket, nearestTicks, sizeText } from '../../contract/market.ts';
import type { Market } from '../../contract/market.ts';
import { CREDENTIAL_NAMES } from '../../contract/venues.ts';
import { accountRules, refuseUnfit } from '../../exchange/account-rules.ts';
import { VenueFault } from '../../exchange/port.ts';
import type { Venue, VenuePosition } from '../../exchange/port.ts';
import { venueError } from '../../exchange/venue-error.ts';
import { loadVenueKind } from '../../exchange/venues.ts';
import { venueOptions } from '../../exchange/wire-options.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { expandConfig, readEnvFile, refuseExposedEnv } from '../../registry/index.ts';
import type { LoadedConfig } from '../../registry/index.ts';
import { readBooks } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { fail, ok, warn } from '../doctor/finding.ts';
import type { Finding } from '../doctor/finding.ts';
import type { CheckReport } from './check-report.ts';
import { sampleClock } from './clock-samples.ts';
import { lotsHeld, gridFacts, gapOf } from './grid-facts.ts';

/** What is to become of a position that is there already. */
export type PositionChoice = 'adopt' | 'ignore' | null;

const OFFSET_MS = 1000;

/** Whether no grid ever traded live on these books. */
export function isFirstLive({ dbPath }: Pick<LoadedConfig, 'dbPath'>): boolean {
  const books = readBooks(dbPath);
  const known = books !== null && books.hasBegun() && books.binding()?.mode === 'live';
  books?.close();
  return !known;
}

/** A report with the error that kept it from being complete; null: nothing did. */
export interface Checked {
  readonly report: CheckReport;
  readonly error: ErrorBody | null;
}

/** Looks at all that a live start of `loaded` depends on; `first`: as at its first start. */
export async function checkLive(
  context: Context,
  loaded: LoadedConfig,
  { first, choice }: { readonly first: boolean; readonly choice: PositionChoice },
): Promise<Checked> {
  const { metadata, exchange_config } = loaded.config;
  const look = new Look(loaded.config, first, choice);
  let error: ErrorBody | null;
  let venue: Venue | null = null;
  try {
    venue = await openForCheck(context, loaded, look);
    await look.at(venue);
    error = look.refusal;
  } catch (thrown) {
    const told = thrown instanceof VenueFault ? venueError(metadata.exchange, thrown) : thrown;
    error = errorBody(told);
    look.findings.push(fail('venue', `${error.code}: ${error.message}`, error.hint));
  } finally {
    // What was asked has its answer: an end that fails says nothing about it.
    await venue?.close().catch(() => undefined);
  }
  const report: CheckReport = {
    id: loaded.id,
    venue: metadata.exchange,
    mode: exchange_config.mode,
    symbol: metadata.symbol,
    ...NOTHING,
    ...look.facts,
    ok: error === null,
    first,
    findings: look.findings,
  };
  return { report, error };
}

type Facts = Pick<
  CheckReport,
  'base' | 'quote' | 'clock' | 'account' | 'standing' | 'grid' | 'liquidation_gap'
>;

const NOTHING: Facts = {
  ...{ base: '', quote: '', clock: null, account: null, standing: null, grid: null },
  liquidation_gap: null,
};

/** Opens the venue with the keys that the bot would have; nothing is sent yet. */
async function openForCheck(context: Context, loaded: LoadedConfig, look: Look): Promise<Venue> {
  const { home, environment, kinds } = context;
  refuseExposedEnv(home, loaded);
  const variables = { ...environment, ...readEnvFile(home) };
  const { config } = expandConfig(loaded, variables);
  const { exchange_config: exchange, metadata } = config;
  const kind = await loadVenueKind(metadata.exchange, kinds);
  const options = venueOptions(kind, config, { clock, trace: () => {}, environment: variables });
  const given = CREDENTIAL_NAMES.filter((name) => exchange[name] !== undefined);
  look.findings.push(ok('config', `valid; keys: ${given.join(', ')}`));
  const host = new URL(options.rest_url).host;
  const own = host === new URL(kind.rest_url).host;
  const via = options.proxy === null ? '' : `, through the proxy ${new URL(options.proxy).host}`;
  const found = `${host}${own ? '' : ` (not ${kind.name}'s own)`}${via}`;
  const advice = 'It is handed signed requests.';
  look.findings.push(own ? ok('host', found) : warn('host', found, advice));
  return kind.open(options);
}

/** One look, collecting. */
class Look {
  readonly findings: Finding[] = [];
  facts: Partial<Facts> = {};
  /** Why the start would be refused although every question was answered. */
  refusal: ErrorBody | null = null;
  readonly #config: InstanceConfig;
  readonly #first: boolean;
  readonly #choice: PositionChoice;

  constructor(config: InstanceConfig, first: boolean, choice: PositionChoice) {
    this.#config = config;
    this.#first = first;
    this.#choice = choice;
  }

  async at(venue: Venue): Promise<void> {
    await this.#clock(venue);
    const market = await this.#account(venue);
    const { last, mark } = await venue.price();
    const { equity } = await venue.balance();
    const position = await venue.position();
    const orders = await venue.openOrders();
    this.#standing(market, position, orders.length);
    const ticks = nearestTicks(market, mark);
    const money = parseMoney(equity);
    const lots = lotsHeld(market, position.size);
    if (ticks === null || money === null || lots === null) {
      throw new VenueFault('unreachable', `price ${mark}, equity ${equity}`, null, 'answer');
    }
    this.#gap(market, position, { lots, equity: money, ticks });
    this.#grid(market, last, { lots, equity: money, ticks, balance: equity });
  }

  #note(found: Partial<Facts>): void {
    this.facts = { ...this.facts, ...found };
  }

  async #clock(venue: Venue): Promise<void> {
    const samples = await sampleClock(venue, clock);
    this.#note({ clock: samples });
    const { offset_ms: offset, latency_ms: latency } = samples;
    const found =
      `${Math.abs(offset)} ms ${offset < 0 ? 'ahead of' : 'behind'} the venue; answers in ` +
      `${latency.min} to ${latency.max} ms, median ${latency.median}`;
    const good = Math.abs(offset) < OFFSET_MS;
    const advice = 'Let the time be set (timedatectl set-ntp true): requests are refused by it.';
    this.findings.push(good ? ok('clock', found) : warn('clock', found, advice));
  }

  async #account(venue: Venue): Promise<Market> {
    const rules = await venue.market();
    const { base, quote, tick, lot, min_quantity } = rules;
    this.#note({ base, quote });
    this.findings.push(ok('market', `tick ${tick}, lot ${lot}, at least ${min_quantity} ${base}`));
    const account = await venue.account();
    const { account_id, maker_fee, taker_fee, leverage } = account;
    refuseUnfit(this.#config.metadata.exchange, account);
    const wanted = this.#config.strategy_config.leverage;
    const fit = accountRules(rules, account, venue.capabilities, wanted);
    const { equity } = await venue.balance();
    this.#note({ account: { account_id, equity, maker_fee, taker_fee, leverage } });
    const found = `equity ${equity} ${quote}; fees ${maker_fee} maker, ${taker_fee} taker`;
    this.findings.push(ok('account', `${found}; one-way`));
    for (const warning of fit.warnings) this.findings.push(warn('leverage', warning, ''));
    const { set_leverage: next } = fit;
    if (next !== null) {
      const now = leverage === null ? '' : `, now ${leverage}`;
      this.findings.push(ok('leverage', `a start sets it to ${next}${now}`));
    }
    return makeMarket(fit.rules);
  }

  #standing(market: Market, position: VenuePosition, orders: number): void {
    const lots = lotsHeld(market, position.size) ?? 0;
    const size = sizeText(market, lots);
    this.#note({ standing: { position: size, entry_price: position.entry_price, orders } });
    const found = `position ${size}, ${orders} orders on the symbol`;
    const empty = lots === 0 && orders === 0;
    const choice = this.#choice;
    if (empty || !this.#first) this.findings.push(ok('standing', found));
    else if (choice !== null) this.findings.push(warn('standing', found, BECOMES[choice]));
    else this.#refuse('standing', 'VENUE_OCCUPIED', `${found}, unknown to gridd`, OCCUPIED);
  }

  #gap(market: Market, position: VenuePosition, held: Parameters<typeof gapOf>[2]): void {
    const gap = gapOf(market, position.liquidation_price, held);
    if (gap === null) return;
    this.#note({ liquidation_gap: gap.view });
    const found = `ours ${gap.view.ours ?? 'none'}, the venue's ${gap.view.venue}`;
    const advice =
      'The venue counts what gridd cannot see, such as other positions: go by the nearer one.';
    this.findings.push(gap.wide ? warn('liquidated', found, advice) : ok('liquidated', found));
  }

  #grid(
    market: Market,
    price: string,
    account: { lots: number; equity: bigint; ticks: number; balance: string },
  ): void {
    if (!this.#first) {
      this.findings.push(ok('grid', 'the books hold one; `gridd status` shows it'));
      return;
    }
    const adopted = this.#choice === 'adopt' ? account.lots : 0;
    const found = gridFacts(market, this.#config.strategy_config, {
      ...{ price, balance: account.balance, equity: account.equity, ticks: account.ticks },
      ...{ adopted_lots: adopted, aside_lots: account.lots - adopted },
    });
    if ('problems' in found) {
      for (const { path, message, allowed } of found.problems) {
        const advice = allowed === undefined ? '' : `Allowed: ${allowed}.`;
        this.#refuse('grid', 'GRID_REFUSED', `strategy_config.${path}: ${message}`, advice);
      }
      return;
    }
    this.#note({ grid: found.facts });
    const { min, max } = found.facts.profit_per_grid;
    this.findings.push(ok('grid', `${min} to ${max} % per grid after the account's fees`));
    for (const { message } of found.warnings) this.findings.push(warn('grid', message, ''));
  }

  #refuse(name: string, code: ErrorBody['code'], message: string, hint: string): void {
    this.findings.push(fail(name, message, hint));
    this.refusal ??= { code, message: `${message}.`, hint };
  }
}

const OCCUPIED = "--adopt makes the position the grid's carry, --ignore leaves it out of the grid.";
const BECOMES = {
  adopt: 'The position becomes the carry of the grid; orders are left alone.',
  ignore: 'The position stays out of the grid, which does not know of it; orders are left alone.',
} as const;
