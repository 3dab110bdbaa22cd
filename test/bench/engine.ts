/**
 * What `npm run bench:engine` measures, on the real engine, runner, books and paper venue: one
 * decision, one comparison with the venue, and the way from a fill to the counter order. It
 * asserts nothing; the figures are compared with the aims in docs/benchmarks.md.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clientIds } from '../../src/bot/client-id.ts';
import type { Runner } from '../../src/bot/runner.ts';
import { Session } from '../../src/bot/session.ts';
import { makeMarket, priceText, sizeText } from '../../src/contract/market.ts';
import type { Market } from '../../src/contract/market.ts';
import { applyRate, formatMoney } from '../../src/contract/decimal.ts';
import { notional } from '../../src/contract/market.ts';
import type {
  DesignInput,
  EngineCommand,
  EngineEvent,
  GridPlan,
  GridState,
} from '../../src/engine/index.ts';
import { decide, design, initialState, liveOrders } from '../../src/engine/index.ts';
import { openPaperVenue, paperMarket } from '../../src/exchange/paper/index.ts';
import type { Venue, VenueFill } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import type { Synchronous } from '../../src/platform/sqlite.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { scriptedPath } from '../exchange/scripted-path.ts';
import type { ScriptedPath } from '../exchange/scripted-path.ts';

type Place = Extract<EngineCommand, { type: 'place' }>;
type NoTime<T> = T extends unknown ? Omit<T, 'at_ms'> : never;

const TAG = 'benchben';
/** Ticks between two lines. */
const STEP = 100;
const START = 100_000;

/** Durations in milliseconds, unsorted. */
export type Durations = number[];

/** One entry per decision: its event, how long it took at first, and at best in any pass. */
export interface Decisions {
  readonly types: string[];
  readonly first: Durations;
  /** What a machine with nothing else to do would need, without the collector's pauses. */
  readonly least: Durations;
}

/** The same events are decided so often. */
const PASSES = 5;

/** A decision that can be taken again: the engine changes nothing. */
interface Moment {
  readonly state: GridState;
  readonly event: EngineEvent;
}

/**
 * Kinds of grids whose decisions differ in cost: `calm` has all its orders resting, `waiting`
 * (long, without an opening position) and `fenced` (by max_position) must look at every price.
 */
export type Kind = 'calm' | 'waiting' | 'fenced';

const KINDS: Readonly<Record<Kind, Partial<DesignInput>>> = {
  calm: {},
  waiting: { direction: 'long', open_position_at_start: false },
  fenced: { max_position: '10' },
};

export function decisions(kind: Kind, grids: number, events: number): Decisions {
  const found: Decisions = { types: [], first: [], least: [] };
  for (let pass = 0; pass < PASSES; pass += 1) {
    const stream = new Stream(kind, grids);
    // The compiler has seen every kind of event before the clock counts.
    stream.run(events / 4, () => undefined);
    let n = 0;
    stream.run(events, ({ event }, ms) => {
      if (pass === 0) found.types.push(event.type);
      if (pass === 0) found.first.push(ms);
      found.least[n] = Math.min(found.least[n] ?? ms, ms);
      n += 1;
    });
  }
  return found;
}

/** Bytes that one decision allocates, the median over `rounds` of batches of 500 in a row. */
export function allocation(
  kind: Kind,
  grids: number,
  rounds: number,
  collect: () => void,
): number {
  const stream = new Stream(kind, grids);
  stream.run(20_000, () => undefined);
  const per: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const moments: Moment[] = [];
    stream.run(500, (moment) => moments.push(moment));
    collect();
    const before = process.memoryUsage().heapUsed;
    for (const { state, event } of moments) decide(stream.market, state, event);
    per.push((process.memoryUsage().heapUsed - before) / moments.length);
  }
  return per.sort((a, b) => a - b)[Math.floor(per.length / 2)] ?? 0;
}

/** A grid on a random walk: prices, fills whole and in parts, and what they cause. */
class Stream {
  readonly market = makeMarket({ ...paperMarket('SOL_USDC_PERP'), max_orders: 5000 });
  readonly #resting = new Map<number, { readonly order: Place; left: number }>();
  readonly #random = generator(7);
  #state: GridState;
  #price = START;
  #trades = 0;
  #seen: (moment: Moment, ms: number) => void = () => undefined;
  #events = 0;

  constructor(kind: Kind, grids: number) {
    this.#state = initialState(planOf(this.market, grids, KINDS[kind]));
    this.#feed({ type: 'start', ticks: START });
  }

  run(events: number, seen: (moment: Moment, ms: number) => void): void {
    this.#seen = seen;
    this.#events = 0;
    while (this.#events < events) this.#walk();
    this.#seen = () => undefined;
  }

  #walk(): void {
    // Back toward the middle, so that the walk stays among the lines.
    const pull = (START - this.#price) / 50;
    const target = this.#price + Math.round((this.#random() - 0.5) * STEP * 6 + pull);
    for (const resting of [...this.#resting.values()]) {
      const { side, ticks } = resting.order;
      const passed = side === 'buy' ? target < Number(ticks) : target > Number(ticks);
      if (!passed) continue;
      this.#price = target;
      const parts = this.#random() < 0.2 ? [20, resting.left - 20] : [resting.left];
      for (const lots of parts) this.#fill(resting.order, lots);
    }
    this.#price = target;
    this.#feed({ type: 'price', ticks: target });
  }

  #fill(order: Place, lots: number): void {
    const { id, side } = order;
    const ticks = Number(order.ticks);
    const resting = this.#resting.get(id);
    if (resting === undefined) return;
    resting.left -= lots;
    if (resting.left === 0) this.#resting.delete(id);
    const fee = applyRate(notional(this.market, ticks, lots), this.market.maker_fee);
    this.#trades += 1;
    this.#feed({ type: 'fill', trade_id: `t${this.#trades}`, id, side, ticks, lots, fee });
  }

  #feed(event: NoTime<EngineEvent>): void {
    this.#events += 1;
    const timed = { ...event, at_ms: this.#events } as EngineEvent;
    const before = this.#state;
    const begin = performance.now();
    const { state, commands } = decide(this.market, before, timed);
    this.#seen({ state: before, event: timed }, performance.now() - begin);
    this.#state = state;
    for (const command of commands) {
      if (command.type === 'cancel' && this.#resting.delete(command.id)) {
        this.#feed({ type: 'cancelled', id: command.id });
      }
      if (command.type !== 'place') continue;
      this.#resting.set(command.id, { order: command, left: command.lots });
      this.#feed({ type: 'accepted', id: command.id });
    }
  }
}

/** A runner on books and a paper venue in one file; the walk is `path`. */
interface Rig {
  readonly market: Market;
  readonly venue: Venue;
  readonly books: Books;
  readonly runner: Runner;
  readonly path: ScriptedPath;
  compare(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds from a fill's arrival to the counter order's submit, commit included. */
export async function fillToOrder(
  folder: string,
  synchronous: Synchronous,
  grids: number,
  fills: number,
): Promise<Durations> {
  const times: Durations = [];
  let arrived: number | null = null;
  const file = join(folder, `fill-${synchronous}.db`);
  const rig = await openRig(file, synchronous, grids, (paper) => ({
    ...paper,
    connect: (listener) =>
      paper.connect((event) => {
        if (event.type === 'fill') arrived = performance.now();
        return listener(event);
      }),
    submit(order) {
      if (arrived !== null) times.push(performance.now() - arrived);
      arrived = null;
      return paper.submit(order);
    },
  }));
  await wander(rig, () => times.length >= fills + WARM_FILLS);
  await rig.close();
  return times.slice(WARM_FILLS);
}

const WARM_FILLS = 100;

/** Milliseconds of a comparison: all orders rest, all fills are listed, none is new. */
export async function comparisons(
  folder: string,
  orders: number,
  fills: number,
  rounds: number,
): Promise<Durations> {
  const rig = await openRig(join(folder, 'compare.db'), 'NORMAL', orders, (paper) => paper);
  const { books } = rig;
  await wander(rig, () => books.fills(fills).length >= fills);
  const times: Durations = [];
  for (let round = 0; round < rounds; round += 1) {
    // As after a crash before the place in the list was stored: every fill is listed again.
    books.setMeta('fills_since_ms', '0');
    const begin = performance.now();
    await rig.compare();
    times.push(performance.now() - begin);
  }
  await rig.close();
  return times;
}

/** Milliseconds to book missed fills, each in its turn, and place their counter orders. */
export async function missedFills(
  folder: string,
  orders: number,
  fills: number,
  rounds: number,
): Promise<Durations> {
  const times: Durations = [];
  for (let round = 0; round < rounds; round += 1) {
    const missed: VenueFill[] = [];
    let position: string | null = null;
    const file = join(folder, `missed-${round}.db`);
    const rig = await openRig(file, 'NORMAL', orders, (paper) => ({
      ...paper,
      capabilities: { ...paper.capabilities, lockstep: false },
      fillsSince: async () => missed,
      position: async () => ({ size: position ?? '0', entry_price: null, liquidation_price: null }),
      submit: async (order) => {
        if (position === null) return paper.submit(order);
        return { status: 'accepted', venue_order_id: order.client_id };
      },
    }));
    missed.push(...partsOf(rig, fills));
    position = missed.reduce((sum, { size }) => sum + Number(size), 0).toFixed(2);
    const begin = performance.now();
    await rig.compare();
    times.push(performance.now() - begin);
    await rig.close();
  }
  return times;
}

/** Fills of the buys nearest the price, five for each order. */
function partsOf({ market, runner }: Rig, fills: number): VenueFill[] {
  const buys = liveOrders(runner.state)
    .filter((order) => order.side === 'buy')
    .sort((a, b) => Number(b.ticks) - Number(a.ticks));
  return buys.slice(0, fills / 5).flatMap(({ id, ticks, lots }) =>
    Array.from({ length: 5 }, (_, part) => ({
      trade_id: String(id * 10 + part),
      client_id: clientIds('text', TAG).of(id),
      venue_order_id: '0',
      side: 'buy' as const,
      price: priceText(market, Number(ticks)),
      size: sizeText(market, lots / 5),
      fee: formatMoney(applyRate(notional(market, Number(ticks), lots / 5), market.maker_fee)),
      maker: true,
      at_ms: 0,
    })),
  );
}

/** Milliseconds of the disk's own fdatasync after 4 KiB. */
export function syncs(folder: string, count: number): Durations {
  const file = openSync(join(folder, 'sync'), 'w');
  const block = Buffer.alloc(4096, 1);
  const times: Durations = [];
  for (let n = 0; n < count; n += 1) {
    writeSync(file, block);
    const begin = performance.now();
    fdatasyncSync(file);
    times.push(performance.now() - begin);
  }
  closeSync(file);
  return times;
}

async function openRig(
  file: string,
  synchronous: Synchronous,
  grids: number,
  wrap: (paper: Venue) => Venue,
): Promise<Rig> {
  const db = openDatabase(file, synchronous);
  migrate(db, MIGRATIONS);
  const rules = paperMarket('SOL_USDC_PERP');
  const path = scriptedPath(rules.tick, [{ ticks: START, move: 'jump' }], 'holds');
  const market = makeMarket(rules);
  const clock = systemClock;
  const venue = wrap(
    openPaperVenue({ db, rules, source: path, speed: 1000, startingBalance: '1e9', clock }),
  );
  const books = new Books(db);
  const log = makeLogger('bench', [{ level: 'fatal', file: { write: () => undefined } }]);
  const onBug = (error: unknown): void => {
    throw error;
  };
  const state = initialState(planOf(market, grids));
  const session = new Session({
    ...{ market, venue, books, clock, log, tag: TAG, state, ticks: START, onBug },
    bootId: 'bench',
    onBreach: 'crash',
    strategy: () => ({ interval: 60 }),
  });
  const { runner } = session;
  const compare = (): Promise<void> => session.recover();
  await compare();
  await session.begin('start');
  const close = async (): Promise<void> => {
    await venue.close();
    db.close();
  };
  return { market, venue, books, runner, path, compare, close };
}

/** Lets the price cross one line after the other, at random up or down, until `done`. */
async function wander({ venue, runner, path }: Rig, done: () => boolean): Promise<void> {
  const random = generator(11);
  await venue.connect((event) => runner.take(event));
  let at = START;
  while (!done()) {
    const up = at < START - 40 * STEP || (at < START + 40 * STEP && random() < 0.5);
    at += up ? STEP + 1 : -STEP - 1;
    const target = at;
    const arrived = new Promise<void>((resolve) => {
      const end = runner.subscribe(() => {
        if (runner.ticks !== target) return;
        end();
        resolve();
      });
    });
    path.push(target);
    await arrived;
  }
}

function planOf(market: Market, grids: number, input: Partial<DesignInput> = {}): GridPlan {
  const result = design(market, {
    grid_lower_price: priceText(market, START - (grids / 2) * STEP),
    grid_upper_price: priceText(market, START + (grids / 2) * STEP),
    grid_num: grids,
    order_quantity: '0.5',
    ...input,
  });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
