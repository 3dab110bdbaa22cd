/**
 * The market rules of a paper account that trades offline: recorded ones at its first start, ever
 * after those it began with, whatever is recorded later.
 */
import { GriddError } from '../contract/errors.ts';
import type { InstanceConfig } from '../contract/instance-config.ts';
import type { MarketRules } from '../contract/market.ts';
import {
  offlineMarket,
  paperMarket,
  readRecord,
  recordedMarket,
  rulesAtBeginning,
  whenRecorded,
} from '../exchange/paper/index.ts';
import type { MarketRecord } from '../exchange/paper/index.ts';
import type { Home } from '../platform/paths.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';

/** The rules, and what the user is to know of them; `price` sizes the steps of unknown symbols. */
export function paperRules(
  home: Home,
  config: InstanceConfig,
  db: SqliteDatabase,
  price: string,
): { readonly rules: MarketRules; readonly notes: readonly string[] } {
  const { exchange, symbol } = config.metadata;
  const began = rulesAtBeginning(db, paperMarket(symbol, price));
  if (began !== null) return { rules: began, notes: sinceThen(home, config, began) };
  const record = readRecord(home.markets, exchange);
  const rules = offlineMarket(record, symbol, price);
  return { rules, notes: record === null ? [] : unrecorded(record, symbol) };
}

/** A file that is no record must not keep an account from going on that does not need it. */
function sinceThen(home: Home, config: InstanceConfig, began: MarketRules): string[] {
  const { exchange, symbol } = config.metadata;
  try {
    const record = readRecord(home.markets, exchange);
    return record === null ? [] : changed(record, symbol, began);
  } catch (error) {
    if (!(error instanceof GriddError)) throw error;
    return [`${error.message} This paper account goes on with the market rules it began with.`];
  }
}

function unrecorded(record: MarketRecord, symbol: string): string[] {
  if (recordedMarket(record, symbol) !== null) return [];
  const { venue, recorded_at } = record;
  return [
    `The markets recorded of ${venue} (${recorded_at}) have no ${symbol}: its price and size ` +
      `steps are made up. \`gridd venues ${venue} --record\` asks the venue.`,
  ];
}

function changed(record: MarketRecord, symbol: string, began: MarketRules): string[] {
  const found = recordedMarket(record, symbol);
  if (found === null) return [];
  const now = offlineMarket(record, symbol);
  const { symbol: _symbol, base: _base, quote: _quote, ...figures } = now;
  const names = Object.keys(figures) as (keyof typeof figures)[];
  const differ = names.filter(
    (name) => JSON.stringify(now[name]) !== JSON.stringify(began[name]),
  );
  if (differ.length === 0) return [];
  const { at, as } = whenRecorded(record, found);
  const more = { since: ' or later', until: ' or earlier', on: '', year: '' }[as];
  return [
    `This paper account goes on with the market rules it began with; those of ${record.venue} ` +
      `(${at}${more}) differ in ${differ.join(', ')}: \`start --fresh\` takes them.`,
  ];
}
