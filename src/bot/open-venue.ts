/**
 * Opens the venue a config asks for: the paper venue in the file of the books, or a real one with
 * its account. Nothing is sent yet.
 */
import { GriddError } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { MarketRules } from '../contract/market.ts';
import { parseDecimal } from '../contract/decimal.ts';
import { formatDecimal } from '../contract/decimal.ts';
import {
  liveSource,
  openPaperVenue,
  replaySource,
  storedRules,
  syntheticSource,
} from '../exchange/paper/index.ts';
import type { LiveFeed, PriceSource } from '../exchange/paper/index.ts';
import type { MarketData } from '../exchange/market-data.ts';
import { VenueFault } from '../exchange/port.ts';
import type { Venue } from '../exchange/port.ts';
import { venueError } from '../exchange/venue-error.ts';
import type { VenueOptions } from '../exchange/venue-kind.ts';
import { loadVenueKind } from '../exchange/venues.ts';
import type { KindLoaders } from '../exchange/venues.ts';
import { venueOptions, wireOptions } from '../exchange/wire-options.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Home } from '../platform/paths.ts';
import { fromHome } from '../platform/paths.ts';
import type { Books } from '../store/index.ts';
import { paperRules } from './paper-rules.ts';

/** What a real venue is opened with besides its config. */
export interface LiveParts {
  readonly variables: () => Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly kinds?: KindLoaders;
}

/** A real venue, and what it was opened with: secrets, which are never printed. */
export interface LiveVenue {
  readonly venue: Venue;
  readonly options: VenueOptions;
}

/** Opens the real venue of an expanded config: VENUE_UNKNOWN, VENUE_KEY where that cannot be. */
export async function openLiveVenue(
  config: InstanceConfig,
  parts: LiveParts,
): Promise<LiveVenue> {
  const { clock, log, kinds } = parts;
  const kind = await loadVenueKind(config.metadata.exchange, kinds);
  const trace = (line: string) => log.trace(line);
  const surroundings = { clock, trace, environment: parts.variables() };
  const options = venueOptions(kind, config, surroundings);
  try {
    return { venue: kind.open(options), options };
  } catch (error) {
    throw error instanceof VenueFault ? venueError(kind.name, error) : error;
  }
}

/**
 * Opens the paper venue, and says what is to be known of its market rules; REPLAY_FILE for a replay
 * that cannot be read, MARKETS_FILE for a record of markets.
 */
export function openPaper(
  home: Home,
  config: InstanceConfig,
  books: Books,
  clock: Clock,
): { readonly venue: Venue; readonly notes: readonly string[] } {
  const { paper } = config.exchange_config;
  const startPrice = String(paper.start_price ?? middle(config));
  const { rules, notes } = paperRules(home, config, books.db, startPrice);
  const source =
    paper.price_source === 'replay'
      ? replaySource({ file: fromHome(home, replayFile(paper.file)), rules })
      : syntheticSource({
          seed: paper.seed,
          startPrice: text(paper.start_price) ?? pathStart(books, startPrice),
          volatility: paper.volatility,
          rules,
        });
  const venue = onPath(config, books, clock, { rules, source, speed: paper.speed });
  return { venue, notes };
}

/** The public data of the venue whose prices paper follows; VENUE_UNKNOWN. */
export async function openPublicData(
  config: InstanceConfig,
  parts: LiveParts,
): Promise<MarketData> {
  const { clock, log, kinds } = parts;
  const kind = await loadVenueKind(config.metadata.exchange, kinds);
  const trace = (line: string) => log.trace(line);
  const surroundings = { clock, trace, environment: parts.variables() };
  return kind.openData(wireOptions(kind, config.exchange_config, surroundings));
}

/** What the venue tells of the symbol; a `VenueFault` where it does not answer or has none. */
export async function liveMarket(data: MarketData, symbol: string): Promise<MarketRules> {
  const rules = (await data.markets()).find((market) => market.symbol === symbol);
  if (rules !== undefined) return rules;
  throw new VenueFault('refused', `there is no ${symbol}`, null, 'symbol');
}

/** Opens the paper venue on the prices of a real one, which come in their own time. */
export function openPaperLive(
  config: InstanceConfig,
  books: Books,
  clock: Clock,
  live: { readonly rules: MarketRules; readonly feed: LiveFeed },
): Venue {
  const rules = storedRules(books.db, live.rules);
  return onPath(config, books, clock, { rules, source: liveSource(rules, live.feed), speed: 1 });
}

function onPath(
  config: InstanceConfig,
  books: Books,
  clock: Clock,
  path: { readonly rules: MarketRules; readonly source: PriceSource; readonly speed: number },
): Venue {
  const { paper } = config.exchange_config;
  return openPaperVenue({
    db: books.db,
    ...path,
    makerFee: text(paper.maker_fee),
    takerFee: text(paper.taker_fee),
    startingBalance: text(paper.starting_balance),
    fill: paper.fill,
    partialFill: paper.partial_fill,
    seed: paper.seed,
    fundingRate: text(paper.funding_rate),
    clock,
  });
}

/** A path without a start price of its own keeps its first: an edited range must not bend it. */
function pathStart(books: Books, startPrice: string): string {
  const stored = books.meta('paper_start_price');
  if (stored === null) books.setMeta('paper_start_price', startPrice);
  return stored ?? startPrice;
}

function replayFile(file: string | undefined): string {
  if (file !== undefined) return file;
  throw new GriddError('REPLAY_FILE', 'A replay needs exchange_config.paper.file.');
}

function text(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function middle(config: InstanceConfig): string {
  const { grid_lower_price, grid_upper_price } = config.strategy_config;
  const lower = parseDecimal(grid_lower_price);
  const upper = parseDecimal(grid_upper_price);
  if (lower === null || upper === null) return '1';
  const scale = Math.max(lower.scale, upper.scale);
  const sum =
    lower.digits * 10n ** BigInt(scale - lower.scale) +
    upper.digits * 10n ** BigInt(scale - upper.scale);
  return formatDecimal(sum * 5n, scale + 1);
}
