/**
 * The markets of a venue as they were recorded: rules with the source and date of each, and what of
 * them could not be read there. One record per venue comes with gridd; one in the home, written by
 * `gridd venues NAME --record`, takes its place.
 */
import { join } from 'node:path';
import { GriddError } from '../../contract/errors.ts';
import { makeMarket } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { MaintenanceRules } from '../../contract/maintenance.ts';
import { ccxtId } from '../../contract/venues.ts';
import { readText } from '../../platform/json-file.ts';
import type { AssumedFigures, MarketData } from '../market-data.ts';
import { Answer } from '../wire/json.ts';
import aster from './markets/aster.json' with { type: 'json' };
import backpack from './markets/backpack.json' with { type: 'json' };
import { paperMarket, splitSymbol } from './market-preset.ts';

/**
 * How a date of a record is meant: that day, that day or later, or earlier, some day of that year.
 */
export type RecordedAs = 'on' | 'since' | 'until' | 'year';
const AS: Readonly<Record<RecordedAs, RecordedAs>> = {
  ...{ on: 'on', since: 'since', until: 'until', year: 'year' },
};

/** A market with its own date and source where they differ from those of the record. */
export interface RecordedMarket extends MarketRules {
  /** ISO date or time, or a year. */
  readonly recorded_at?: string;
  /** Where it is not named: of a year alone that year, else that day. */
  readonly recorded_as?: RecordedAs;
  readonly source?: string;
}

/** What was recorded of one venue, the most traded market first. */
export interface MarketRecord {
  /** As in `metadata.exchange`. */
  readonly venue: string;
  /** ISO date or time, of the newest part. */
  readonly recorded_at: string;
  /** Where it comes from, in words or as an address. */
  readonly source: string;
  readonly assumed: AssumedFigures;
  readonly markets: readonly RecordedMarket[];
}

const SHIPPED: Readonly<Record<string, unknown>> = { aster, backpack };

/** The file of a venue's record in the folder of records; null for what names no venue. */
export function recordFile(folder: string, venue: string): string | null {
  return /^[a-z0-9]+(:[a-z0-9]+)?$/.test(venue)
    ? join(folder, `${venue.replace(':', '-')}.json`)
    : null;
}

/**
 * What is recorded of the venue that a config names: in `folder`, else with gridd; null: nothing.
 * MARKETS_FILE for a file that is no record.
 */
export function readRecord(folder: string, venue: string): MarketRecord | null {
  const file = recordFile(folder, venue);
  const own = file === null ? null : readOwn(file, venue);
  if (own !== null) return own;
  const name = ccxtId(venue) ?? venue;
  return Object.hasOwn(SHIPPED, name) ? recordOf(new Answer(SHIPPED[name], name)) : null;
}

function readOwn(file: string, venue: string): MarketRecord | null {
  try {
    const text = readText(file);
    if (text === null) return null;
    const record = recordOf(new Answer(JSON.parse(text), 'it'));
    if (record.venue === venue) return record;
    throw new Error(`its venue is "${record.venue}", not "${venue}"`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GriddError('MARKETS_FILE', `${file} is no record of markets: ${why}.`);
  }
}

function recordOf(answer: Answer): MarketRecord {
  const assumed = answer.at('assumed').fields();
  return {
    venue: answer.at('venue').text(),
    recorded_at: answer.at('recorded_at').text(),
    source: answer.at('source').text(),
    assumed: Object.fromEntries(assumed.map(([name, why]) => [name, why.text()])),
    markets: answer.at('markets').items().map(marketOf),
  };
}

function marketOf(row: Answer): RecordedMarket {
  const market: MarketRules = {
    symbol: row.at('symbol').text(),
    base: row.at('base').text(),
    quote: row.at('quote').text(),
    tick: row.at('tick').decimal(),
    lot: row.at('lot').decimal(),
    min_quantity: row.at('min_quantity').decimal(),
    min_notional: row.at('min_notional').decimal(),
    max_orders: row.at('max_orders').integer(),
    maker_fee: row.at('maker_fee').decimal(),
    taker_fee: row.at('taker_fee').decimal(),
    max_leverage: row.at('max_leverage').decimal(),
    maintenance: maintenanceOf(row.at('maintenance')),
  };
  // Whoever edits the file is told of a tick of 0 here, not by a bot that fails on it.
  makeMarket(market);
  const [at, source] = [row.at('recorded_at').given?.text(), row.at('source').given?.text()];
  const as = row.at('recorded_as').given?.word<RecordedAs>(AS);
  return {
    ...market,
    ...(at === undefined ? {} : { recorded_at: at }),
    ...(as === undefined ? {} : { recorded_as: as }),
    ...(source === undefined ? {} : { source }),
  };
}

function maintenanceOf(rule: Answer): MaintenanceRules {
  const kind = rule.at('kind').word<'sqrt' | 'tiers'>({ sqrt: 'sqrt', tiers: 'tiers' });
  if (kind === 'sqrt') {
    return { kind, base: rule.at('base').decimal(), factor: rule.at('factor').decimal() };
  }
  const tiers = rule.at('tiers').items().map((tier) => ({
    floor: tier.at('floor').decimal(),
    rate: tier.at('rate').decimal(),
    amount: tier.at('amount').decimal(),
  }));
  return { kind, tiers };
}

/** The market of a symbol, written as the venue does or in any common spelling; null: not there. */
export function recordedMarket(record: MarketRecord, symbol: string): RecordedMarket | null {
  const { base, quote } = splitSymbol(symbol);
  const exact = record.markets.find((each) => each.symbol === symbol);
  const same = (each: MarketRules) =>
    each.base.toUpperCase() === base && each.quote.toUpperCase() === quote;
  return exact ?? record.markets.find(same) ?? null;
}

/** The date of what is recorded of one of a record's markets, and how it is meant. */
export function whenRecorded(
  record: MarketRecord,
  market: RecordedMarket,
): { readonly at: string; readonly as: RecordedAs } {
  const at = market.recorded_at ?? record.recorded_at;
  return { at, as: market.recorded_as ?? (/^\d{4}$/.test(at) ? 'year' : 'on') };
}

/**
 * The rules on which paper trades `symbol`: those recorded. A symbol that was not recorded has the
 * steps of `paperMarket` and pays what the first of the record pays.
 */
export function offlineMarket(
  record: MarketRecord | null,
  symbol: string,
  price?: string | number,
): MarketRules {
  const found = record === null ? null : recordedMarket(record, symbol);
  if (found !== null) {
    const { recorded_at: _at, recorded_as: _as, source: _source, ...rules } = found;
    return { ...rules, symbol };
  }
  const guessed = paperMarket(symbol, price);
  const first = record?.markets[0];
  if (first === undefined) return guessed;
  return { ...guessed, maker_fee: first.maker_fee, taker_fee: first.taker_fee };
}

/** Asks a venue for its open markets; `most`: only so many, the most traded ones. */
export async function recordMarkets(
  data: MarketData,
  from: { readonly source: string; readonly at_ms: number; readonly most: number | null },
): Promise<MarketRecord> {
  const markets = await data.markets();
  const volumes = new Map(
    (await data.tickers()).map(({ symbol, quote_volume }) => [symbol, Number(quote_volume)]),
  );
  const volume = ({ symbol }: MarketRules) => volumes.get(symbol) ?? 0;
  const sorted = [...markets].sort((a, b) => volume(b) - volume(a));
  return {
    venue: data.name,
    recorded_at: new Date(from.at_ms).toISOString(),
    source: from.source,
    assumed: data.assumed,
    markets: sorted.slice(0, from.most ?? sorted.length),
  };
}

/** The text of a record's file, a line for each market. */
export function recordText({ markets, ...facts }: MarketRecord): string {
  const head = JSON.stringify(facts, null, 2).replace(/\n\}$/, '');
  const rows = markets.map((market) => `    ${JSON.stringify(market)}`);
  return `${head},\n  "markets": [\n${rows.join(',\n')}\n  ]\n}\n`;
}
