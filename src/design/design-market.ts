/**
 * Whose rules a grid is designed on before it runs: those its paper account began with, else those
 * recorded of its venue, else the made-up ones that paper would take.
 */
import { existsSync } from 'node:fs';
import type { InstanceConfig } from '../contract/instance-config.ts';
import { makeMarket } from '../contract/market.ts';
import type { Market, MarketRules } from '../contract/market.ts';
import { say } from '../contract/sentences.ts';
import type { Said } from '../contract/sentences.ts';
import {
  offlineMarket,
  paperMarket,
  readRecord,
  recordedMarket,
  rulesAtBeginning,
  whenRecorded,
} from '../exchange/paper/index.ts';
import type { Home } from '../platform/paths.ts';
import { openReadOnly } from '../platform/sqlite.ts';

/** The market with the sentence that says whose rules they are and of when. */
export interface DesignMarket {
  readonly market: Market;
  readonly source: Said;
  /** The bot will have these very rules; otherwise its venue may say something else. */
  readonly certain: boolean;
}

/**
 * The market of `config` at `price`; `books`: the instance's database, null where none counts.
 * MARKETS_FILE for a record that cannot be read.
 */
export function designMarket(
  home: Home,
  config: InstanceConfig,
  price: string,
  books: string | null,
): DesignMarket {
  const { mode, paper } = config.exchange_config;
  const own = mode === 'paper' && books !== null ? beganWith(books, config, price) : null;
  const found = own ?? recorded(home, config, price);
  const market = makeMarket({
    ...found.rules,
    maker_fee: String(paper.maker_fee ?? found.rules.maker_fee),
    taker_fee: String(paper.taker_fee ?? found.rules.taker_fee),
  });
  const certain = mode === 'paper' && paper.price_source !== 'live';
  return { market, source: found.source, certain };
}

interface Found {
  readonly rules: MarketRules;
  readonly source: Said;
}

function recorded(home: Home, config: InstanceConfig, price: string): Found {
  const { exchange, symbol } = config.metadata;
  const record = readRecord(home.markets, exchange);
  const rules = offlineMarket(record, symbol, price);
  const market = record === null ? null : recordedMarket(record, symbol);
  if (record !== null && market !== null) {
    const { at, as } = whenRecorded(record, market);
    return { rules, source: say(`rules_recorded_${as}`, { venue: record.venue, at }) };
  }
  const unknown = say('rules_made_up', { venue: exchange });
  return { rules, source: record === null ? unknown : say('rules_of_no_market', { symbol }) };
}

/** The rules the paper account in a database began with; null where it holds none. */
function beganWith(books: string, config: InstanceConfig, price: string): Found | null {
  if (!existsSync(books)) return null;
  try {
    const db = openReadOnly(books);
    try {
      const rules = rulesAtBeginning(db, paperMarket(config.metadata.symbol, price));
      const source = say('rules_of_account');
      return rules === null || rules.symbol !== config.metadata.symbol ? null : { rules, source };
    } finally {
      db.close();
    }
  } catch {
    // Books that cannot be read are its bot's to complain of.
    return null;
  }
}
