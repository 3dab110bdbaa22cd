/**
 * The embedded paper venue: a venue like any other behind the port, with its own books and its
 * own commits, whose market stands still while the bot thinks. Orders fill without slippage, the
 * mark price is the last price, and nobody is liquidated. After a restart it goes on exactly where
 * it stood.
 */
import { assert } from '../../contract/assert.ts';
import { parseDecimal, parseMoney } from '../../contract/decimal.ts';
import { makeMarket } from '../../contract/market.ts';
import type { MarketRules } from '../../contract/market.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SqliteDatabase } from '../../platform/sqlite.ts';
import type { FillRule } from '../matching/order-book.ts';
import type { PartialFill } from '../matching/part-plan.ts';
import type { Venue, VenueEvent } from '../port.ts';
import { PaperDesk } from './desk.ts';
import type { DeskState } from './desk.ts';
import { openLedger, storedAccount, storedSteps } from './ledger.ts';
import type { Agenda, Ledger, LedgerState, Place } from './ledger.ts';
import { paperVenue } from './paper-venue.ts';
import { PathGuide } from './path-guide.ts';
import type { PriceSource } from './price-source.ts';
import { PriceWalk } from './walk.ts';

export { LiveFeed } from './live-feed.ts';
export { liveSource } from './live-source.ts';
export { paperMarket, splitSymbol } from './market-preset.ts';
export { offlineMarket, readRecord, recordFile } from './recorded-markets.ts';
export { recordMarkets, recordText, recordedMarket, whenRecorded } from './recorded-markets.ts';
export type { MarketRecord, RecordedMarket } from './recorded-markets.ts';
export type { MoveKind, PricePoint, PriceSource } from './price-source.ts';
export { replaySource } from './replay-source.ts';
export { STEP_MS, syntheticSource } from './synthetic-source.ts';

/**
 * What a paper venue is opened with. Fees override those of `rules`; balance in quote currency.
 */
export interface PaperOptions {
  readonly db: SqliteDatabase;
  /** Rules with the tick and lot of the stored account: see `storedRules`. */
  readonly rules: MarketRules;
  readonly source: PriceSource;
  /** 1: real time; n: n times as fast; 0: as fast as the listener allows. */
  readonly speed: number;
  readonly makerFee?: string | undefined;
  readonly takerFee?: string | undefined;
  /** Balance of a new account (default 10000); an existing account keeps its own. */
  readonly startingBalance?: string | undefined;
  readonly fill?: FillRule | undefined;
  /** Default `none`. */
  readonly partialFill?: PartialFill | undefined;
  /** Draws the parts of split executions (default 1). */
  readonly seed?: number | undefined;
  /** Per stamp of eight hours, as a fraction of notional (default 0); above zero longs pay. */
  readonly fundingRate?: string | undefined;
  readonly clock: Clock;
}

/**
 * `rules` with the tick and lot in which an account already in `db` counts; unchanged without
 * one.
 */
export function storedRules(db: SqliteDatabase, rules: MarketRules): MarketRules {
  return storedSteps(db, rules);
}

/**
 * The rules with which the account in `db` began; null: there is none. `older`: what a gridd gave
 * that did not keep them.
 */
export function rulesAtBeginning(db: SqliteDatabase, older: MarketRules): MarketRules | null {
  const account = storedAccount(db);
  return account === null ? null : (account.rules ?? storedSteps(db, older));
}

/** Opens the venue on its tables in `db`, creating them at the first time. */
export function openPaperVenue(options: PaperOptions): Venue {
  const { source, speed, clock } = options;
  const rules: MarketRules = {
    ...options.rules,
    maker_fee: options.makerFee ?? options.rules.maker_fee,
    taker_fee: options.takerFee ?? options.rules.taker_fee,
  };
  assert(source.tick === rules.tick, `the path counts in ${source.tick}, not ${rules.tick}`);
  assert(speed >= 0 && Number.isFinite(speed), 'speed is a number from 0');
  const market = makeMarket(rules);
  const ledger = openLedger(options.db, rules);
  const stored = ledger.load();
  const latest = stored?.latest_ms ?? 0;
  const { guide, place } = PathGuide.open(source, clock, speed, stored?.place ?? null, latest);
  const fundingRate = parseDecimal(options.fundingRate ?? '0');
  assert(fundingRate !== null, `the funding rate "${options.fundingRate}" is no decimal`);
  const timeAt = (at: Place): number => guide.timeAt(at);
  const desk = new PaperDesk(
    {
      market,
      fill: options.fill ?? 'through',
      partialFill: options.partialFill ?? 'none',
      seed: options.seed ?? 1,
      fundingRate,
      timeAt,
    },
    ledger,
    stored === null
      ? firstState(ledger, options.rules, options.startingBalance, place, timeAt(place))
      : { ...stored, place, agenda: agendaAt(stored, guide, place) },
  );
  const walk = new PriceWalk(desk, guide, clock, speed);
  source.watch?.((fault) => walk.tell([outageOf(fault)]));
  const venue = paperVenue(rules, ledger, desk, walk);
  return {
    ...venue,
    async close() {
      await venue.close();
      source.close?.();
    },
  };
}

function outageOf(fault: string | null): VenueEvent {
  return fault === null ? { type: 'connected' } : { type: 'disconnected', reason: fault };
}

/** A path begun anew is a new time: no funding is paid for what lies between. */
function agendaAt(stored: LedgerState, guide: PathGuide, place: Place): Agenda {
  const begins_ms = place.index < 0 ? guide.arrival_ms : guide.timeAt(place);
  const { agenda } = stored;
  if (agenda === null) return { funded_ms: begins_ms, dead_man_ms: null };
  if (place.index >= 0) return agenda;
  return { ...agenda, funded_ms: Math.max(agenda.funded_ms, begins_ms) };
}

function firstState(
  ledger: Ledger,
  rules: MarketRules,
  balance: string | undefined,
  place: Place,
  now_ms: number,
): DeskState {
  const starting = parseMoney(balance ?? '10000');
  assert(starting !== null, `the starting balance "${balance}" is no decimal`);
  const account = { starting, realised: 0n, fees: 0n, funding: 0n, lots: 0, cost: 0n };
  const agenda: Agenda = { funded_ms: now_ms, dead_man_ms: null };
  ledger.create(rules, account, place, agenda);
  const ids = { lastOrderId: 0, lastTradeId: 0 };
  return { account, place, agenda, openOrders: [], ...ids, latest_ms: now_ms };
}
