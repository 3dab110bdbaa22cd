/**
 * From a config to an opened grid: books, venue, market, plan; no order is touched. Live, the
 * account is asked first and the books are bound to it; what passes by itself is waited out. Books
 * of a start that was refused do not bind the corrected one.
 */
import { GriddError } from '../contract/errors.ts';
import type { BotLaunch, LiveStart } from '../contract/instance-api.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { makeMarket, nearestTicks, priceText, sizeText } from '../contract/market.ts';
import type { Market, MarketRules } from '../contract/market.ts';
import { formatMoney, parseMoney } from '../contract/decimal.ts';
import type { Money } from '../contract/decimal.ts';
import { codedSaid } from '../contract/said-codes.ts';
import type { Note } from '../contract/said-codes.ts';
import { say } from '../contract/sentences.ts';
import type { Quoted } from '../contract/sentences.ts';
import { liquidationInside, startOutlook } from '../engine/index.ts';
import type { GridState } from '../engine/index.ts';
import { accountRules, refuseUnfit } from '../exchange/account-rules.ts';
import { LiveFeed } from '../exchange/paper/index.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Venue } from '../exchange/port.ts';
import type { KindLoaders } from '../exchange/venues.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Home } from '../platform/paths.ts';
import {
  archiveBooks,
  openBooks,
  readBooks,
  removeBooks,
  restoreBooks,
} from '../store/index.ts';
import type { Binding, Books } from '../store/index.ts';
import { clientTag } from './client-id.ts';
import { designedAtStart } from './file-values.ts';
import { budgetsOf } from './key-share.ts';
import type { KeyShare } from './key-share.ts';
import {
  liveMarket,
  openLiveVenue,
  openPaper,
  openPaperLive,
  openPublicData,
} from './open-venue.ts';
import { askPatiently } from './patience.ts';
import type { PatienceParts } from './patience.ts';
import { takeOverRestored } from './restored-books.ts';
import { SET_ASIDE, SetAside, positionLots, venueBeside } from './set-aside.ts';

/** What is opened with. */
export interface OpeningParts {
  readonly home: Home;
  readonly launch: BotLaunch;
  readonly variables: () => Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly clock: Clock;
  /** What it may send of what its key may send. */
  readonly share: KeyShare;
  /** Told why nothing begins yet; null: it goes on. */
  readonly waits?: (reason: Quoted | null) => void;
  /** Other kinds of venues than the built-in ones. */
  readonly kinds?: KindLoaders;
}

/** A position that the grid takes over first: signed lots, at the mark price in ticks. */
export interface Adopted {
  readonly lots: number;
  readonly ticks: number;
}

export interface OpenedGrid {
  readonly config: InstanceConfig;
  readonly books: Books;
  readonly venue: Venue;
  readonly market: Market;
  readonly state: GridState;
  /** The price now. */
  readonly price: string;
  readonly notes: readonly Note[];
  readonly aside: SetAside;
  readonly adopted: Adopted | null;
}

/** Opens the grid of an expanded config; rejects with a `GriddError` where the user must act. */
export async function openGrid(
  parts: OpeningParts,
  config: InstanceConfig,
  warnings: readonly Note[],
): Promise<OpenedGrid> {
  const { launch, log, clock } = parts;
  const { mode } = config.exchange_config;
  const open = mode === 'live' ? openLive : openOnPaper;
  // Before a venue is waited for: whoever is killed then comes back to new books, as was asked for.
  const archived = launch.fresh ? archiveBooks(launch.db_path, clock.now()) : null;
  if (archived !== null) log.info({ archived }, 'the old books were archived');
  try {
    return await open(parts, config, warnings);
  } catch (error) {
    if (archived !== null) restoreBooks(archived, launch.db_path);
    throw error;
  }
}

async function openOnPaper(
  parts: OpeningParts,
  config: InstanceConfig,
  warnings: readonly Note[],
): Promise<OpenedGrid> {
  const { home, clock } = parts;
  const binding = bindingOf(parts.launch, config, { venue: 'paper', account: 'paper' });
  const follows = config.exchange_config.paper.price_source === 'live';
  const live = follows ? await openFeed(parts, config) : null;
  const opened = onBooks(parts, binding, async (books) => {
    const { venue, notes: ofRules } =
      live === null
        ? openPaper(home, config, books, clock)
        : { venue: openPaperLive(config, books, clock, live), notes: [] };
    const market = makeMarket(await venue.market());
    const price = (await venue.price()).last;
    const balance = (await venue.balance()).equity;
    const designed = designedAtStart(market, config, { price, balance }, books.engineState());
    const notes = [...warnings, ...ofRules, ...designed.warnings];
    const { state } = designed;
    const aside = new SetAside(market, 0);
    return { config, books, venue, market, state, price, notes, aside, adopted: null };
  });
  opened.catch(() => live?.feed.close());
  return opened;
}

/** The prices and rules that paper follows; waits for the venue as a live start does. */
async function openFeed(parts: OpeningParts, config: InstanceConfig) {
  const { clock } = parts;
  const { exchange, symbol } = config.metadata;
  const data = await openPublicData(config, parts);
  try {
    const patience = patienceOf(parts, exchange);
    const rules = await askPatiently(patience, () => liveMarket(data, symbol));
    const feed = await askPatiently(patience, () => LiveFeed.open({ data, symbol, clock }));
    return { rules, feed };
  } catch (error) {
    data.close();
    throw error;
  }
}

function patienceOf({ clock, log, waits }: OpeningParts, venue: string): PatienceParts {
  const tell = (reason: Quoted | null) => {
    if (reason !== null) log.warn({ reason: reason.text }, 'the start waits for the venue');
    waits?.(reason);
  };
  return { venue, clock, tell };
}

async function openLive(
  parts: OpeningParts,
  config: InstanceConfig,
  warnings: readonly Note[],
): Promise<OpenedGrid> {
  const { launch } = parts;
  const first = isFirst(launch);
  if (first) refuseUnconfirmed(launch);
  else refuseOtherBooks(launch, config);
  const name = config.metadata.exchange;
  const { venue, options } = await openLiveVenue(config, parts);
  try {
    // Before the venue is asked anything.
    await parts.share.begin(venue, budgetsOf(venue, parts.home.folder, options));
    // Who only cancels and closes must be able to, however the account is set.
    const trades = launch.cause === 'start' || launch.cause === 'restart';
    const live = await readLive(patienceOf(parts, name), venue, config, trades);
    const binding = bindingOf(launch, config, { venue: name, account: live.account_id });
    return await onBooks(parts, binding, async (books) => {
      const tag = clientTag(parts.home.folder, launch.id);
      const ours = { ...parts, venue, books, tag };
      const lacked = await takeOverRestored(ours, patienceOf(parts, name));
      return gridOn(books, venue, live, { launch, config, warnings: [...warnings, ...lacked] });
    });
  } catch (error) {
    await venue.close();
    throw error;
  }
}

/** What the venue says before a grid is opened on it. */
interface LiveFacts {
  readonly market: Market;
  readonly account_id: string;
  readonly last: string;
  /** Mark price. */
  readonly ticks: number;
  readonly equity: Money;
  readonly standing: Standing;
  readonly warnings: readonly string[];
}

async function readLive(
  patience: PatienceParts,
  venue: Venue,
  config: InstanceConfig,
  trades: boolean,
): Promise<LiveFacts> {
  const { rules, account_id, warnings } = await fitAccount(patience, venue, config, trades);
  const market = makeMarket(rules);
  // Each for itself: on a small share the first would use up what the others wait for.
  const { last, ticks } = await askPatiently(patience, async () => {
    const { last, mark } = await venue.price();
    return { last, ticks: readAs('price', mark, nearestTicks(market, mark)) };
  });
  const equity = await askPatiently(patience, async () => {
    const { equity: text } = await venue.balance();
    return readAs('equity', text, parseMoney(text));
  });
  const lots = await askPatiently(patience, () => positionLots(market, venue));
  const orders = (await askPatiently(patience, () => venue.openOrders())).length;
  return { market, account_id, last, ticks, equity, standing: { lots, orders }, warnings };
}

function readAs<T>(what: string, text: string, value: T | null): T {
  if (value !== null) return value;
  throw new VenueFault('unreachable', `its ${what} is "${text}"`, null, 'answer');
}

/** The grid on its books; at a first start what stands there is adopted, set aside or refused. */
function gridOn(
  books: Books,
  venue: Venue,
  live: LiveFacts,
  { launch, config, warnings }: Pick<OpeningParts, 'launch'> & Asked,
): OpenedGrid {
  const { market, ticks, last: price } = live;
  const stored = books.engineState();
  const first = stored === null;
  const taken = first ? takenOver(launch, config, market, live.standing) : NOTHING;
  if (first) books.setMeta(SET_ASIDE, sizeText(market, taken.aside));
  const aside = SetAside.of(market, books);
  const now = { price, balance: formatMoney(live.equity) };
  const { state, warnings: more } = designedAtStart(market, config, now, stored);
  if (first) refuseDeadly(state, live, taken);
  const unasked = !first && choiceOf(launch) !== null ? [UNASKED] : [];
  return {
    ...{ config, books, market, state, price, aside },
    venue: aside.lots === 0 ? venue : venueBeside(venue, aside),
    notes: [...warnings, ...live.warnings, ...more, ...unasked],
    adopted: taken.adopted === 0 ? null : { lots: taken.adopted, ticks },
  };
}

interface Asked {
  readonly config: InstanceConfig;
  readonly warnings: readonly Note[];
}

const UNASKED = codedSaid(say('nothing_adopted'));
const NOTHING = { adopted: 0, aside: 0 };

/**
 * Reads market and account until they answer; of one that `trades` it sets what is ours to set and
 * refuses what no grid can run on.
 */
async function fitAccount(
  patience: PatienceParts,
  venue: Venue,
  config: InstanceConfig,
  trades: boolean,
): Promise<{ rules: MarketRules; account_id: string; warnings: readonly string[] }> {
  const rules = await askPatiently(patience, () => venue.market());
  const account = await askPatiently(patience, () => venue.account());
  if (trades) refuseUnfit(patience.venue, account);
  const { leverage } = config.strategy_config;
  const fit = accountRules(rules, account, venue.capabilities, leverage);
  const { set_leverage: wanted } = fit;
  const warnings = [...fit.warnings];
  if (wanted !== null && trades) {
    const refused = await askPatiently(patience, () => settingLeverage(venue, wanted));
    if (refused !== null) warnings.push(refused);
  }
  return { rules: fit.rules, account_id: account.account_id, warnings };
}

/** Sets it; answers why the venue would not, where that is no matter of the key. */
async function settingLeverage(venue: Venue, leverage: number): Promise<string | null> {
  try {
    await venue.setLeverage(leverage);
    return null;
  } catch (error) {
    const own = error instanceof VenueFault && error.kind === 'refused';
    if (!own || (error.because !== 'other' && error.because !== 'capability')) throw error;
    return `The venue keeps its leverage, ${leverage} was refused: ${error.message}.`;
  }
}

/** What stands on the symbol that a new grid cannot know of. */
interface Standing {
  /** Signed. */
  readonly lots: number;
  readonly orders: number;
}

/** What becomes of it by the user's word; VENUE_OCCUPIED without one. Lots signed. */
function takenOver(
  launch: BotLaunch,
  { metadata }: InstanceConfig,
  market: Market,
  { lots, orders }: Standing,
): { adopted: number; aside: number } {
  if (lots === 0 && orders === 0) return NOTHING;
  const position = choiceOf(launch);
  if (position === 'adopt') return { adopted: lots, aside: 0 };
  if (position === 'ignore') return { adopted: 0, aside: lots };
  const held = lots === 0 ? [] : [`a position of ${sizeText(market, lots)}`];
  const resting = orders === 0 ? [] : [`${orders} resting order${orders === 1 ? '' : 's'}`];
  const what = [...held, ...resting].join(' and ');
  const message = `The account has ${what} on ${metadata.symbol} that gridd does not know.`;
  throw new GriddError('VENUE_OCCUPIED', message);
}

function choiceOf({ live_start }: BotLaunch): LiveStart['position'] {
  return live_start?.position ?? null;
}

/** A grid beside a position must not be liquidated inside its range, as one that starts flat. */
function refuseDeadly(
  { plan }: GridState,
  { market, ticks, equity }: LiveFacts,
  { adopted, aside }: { adopted: number; aside: number },
): void {
  if (adopted === 0 && aside === 0) return;
  const account = { ticks, equity, adopted_lots: adopted, aside_lots: aside };
  const { liquidations } = startOutlook(market, plan, account);
  const at = liquidationInside(plan, ticks, liquidations);
  if (at === null) return;
  const held = sizeText(market, adopted + aside);
  const message =
    `with the position of ${held} that is there already it would be liquidated at ` +
    `${priceText(market, at)}, inside the range`;
  const allowed = 'a smaller size, a range farther from it, or a smaller position';
  throw new GriddError('GRID_REFUSED', `This grid must not run: ${message}.`, {
    problems: [{ path: 'strategy_config.order_quantity', message, allowed }],
  });
}

/** Whether these books never traded live. */
function isFirst({ db_path }: BotLaunch): boolean {
  const reader = readBooks(db_path);
  const known = reader !== null && reader.hasBegun() && reader.binding() !== null;
  reader?.close();
  return !known;
}

function refuseUnconfirmed({ id, live_start }: BotLaunch): void {
  if (live_start?.confirmed === true) return;
  const message = `${id} has never traded live, and nobody confirmed that it may.`;
  throw new GriddError('LIVE_UNCONFIRMED', message);
}

/** BOOKS_BOUND for what the config alone shows, before a venue is asked that may not answer. */
function refuseOtherBooks(launch: BotLaunch, config: InstanceConfig): void {
  const reader = readBooks(launch.db_path);
  const account = reader?.binding()?.account ?? '';
  reader?.close();
  const places = { venue: config.metadata.exchange, account };
  openBooks(launch.db_path, bindingOf(launch, config, places), 'FULL').close();
}

function bindingOf(
  { id }: BotLaunch,
  config: InstanceConfig,
  { venue, account }: Pick<Binding, 'venue' | 'account'>,
): Binding {
  const { symbol } = config.metadata;
  const { direction } = config.strategy_config;
  const { mode } = config.exchange_config;
  return { instance_id: id, venue, mode, account, symbol, direction };
}

/** Opens the books for `work`; books of a grid that never came to a turn do not outlive it. */
async function onBooks<T>(
  { launch: { db_path } }: OpeningParts,
  binding: Binding,
  work: (books: Books) => Promise<T>,
): Promise<T> {
  const books = openBooks(db_path, binding, binding.mode === 'live' ? 'FULL' : 'NORMAL');
  try {
    return await work(books);
  } catch (error) {
    const untouched = books.engineState() === null;
    books.close();
    if (untouched) removeBooks(db_path);
    throw error;
  }
}
