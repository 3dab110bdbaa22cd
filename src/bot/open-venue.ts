/** Opens the venue a config asks for. For now that is the paper venue, in the file of the books. */
import { GriddError } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { parseDecimal } from '../contract/decimal.ts';
import { formatDecimal } from '../contract/decimal.ts';
import {
  openPaperVenue,
  paperMarket,
  replaySource,
  storedRules,
  syntheticSource,
} from '../exchange/paper/index.ts';
import type { Venue } from '../exchange/port.ts';
import type { Clock } from '../platform/clock.ts';
import type { Home } from '../platform/paths.ts';
import { fromHome } from '../platform/paths.ts';
import type { Books } from '../store/index.ts';

/**
 * Opens the paper venue; LIVE_UNSUPPORTED for live, REPLAY_FILE for a replay that cannot be read.
 */
export function openVenue(
  home: Home,
  config: InstanceConfig,
  books: Books,
  clock: Clock,
): Venue {
  const { mode, paper } = config.exchange_config;
  if (mode === 'live') throw new GriddError('LIVE_UNSUPPORTED', 'Live trading is not built yet.');
  const startPrice = String(paper.start_price ?? middle(config));
  const rules = storedRules(books.db, paperMarket(config.metadata.symbol, startPrice));
  const source =
    paper.price_source === 'replay'
      ? replaySource({ file: fromHome(home, replayFile(paper.file)), rules })
      : syntheticSource({
          seed: paper.seed,
          startPrice: text(paper.start_price) ?? pathStart(books, startPrice),
          volatility: paper.volatility,
          rules,
        });
  return openPaperVenue({
    db: books.db,
    rules,
    source,
    speed: paper.speed,
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
