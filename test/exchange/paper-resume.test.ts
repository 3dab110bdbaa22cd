/**
 * A venue that dies at any step of its listener and is opened anew makes exactly the trades of one
 * that never died. The bot here, like a real one, looks for missed fills before it connects.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticksOf } from '../../src/contract/market.ts';
import { paperMarket, storedRules } from '../../src/exchange/paper/index.ts';
import type { PaperOptions, PricePoint, PriceSource } from '../../src/exchange/paper/index.ts';
import type { Venue, VenueEvent, VenueFill } from '../../src/exchange/port.ts';
import type { VenueFunding, VenueOrder } from '../../src/exchange/port.ts';
import type { SqliteDatabase } from '../../src/platform/sqlite.ts';
import { manualClock } from './manual-clock.ts';
import { MARKET, brief, finite, memoryDatabase, order, paperVenue } from './paper-harness.ts';
import { stop, untilEnd } from './paper-harness.ts';

const SPACING = 10;
const START = 1000;
const LOTS = 5;

/** Dies (never answers again) when its steps are used up. */
class MortalBot {
  readonly died: Promise<void>;
  #steps: number;
  #die: () => void = () => undefined;
  readonly #venue: Venue;
  readonly #guarded: boolean;

  /** `guarded`: with stops around each price, and a dead man's switch wound now and then. */
  constructor(venue: Venue, steps: number, guarded: boolean) {
    this.#venue = venue;
    this.#guarded = guarded;
    this.#steps = steps;
    this.died = new Promise((resolve) => (this.#die = resolve));
  }

  async recover(): Promise<void> {
    await this.#ensure('start', 'buy', null, 4 * LOTS);
    for (let k = 1; k <= 8; k += 1) {
      await this.#ensure(`b${k}`, 'buy', START - k * SPACING, LOTS);
      await this.#ensure(`s${k}`, 'sell', START + k * SPACING, LOTS);
    }
    for (const fill of await this.#venue.fillsSince(0)) await this.#counter(fill);
  }

  async onEvent(event: VenueEvent): Promise<void> {
    await this.#step();
    if (event.type === 'fill') await this.#counter(event.fill);
    if (event.type === 'price' && event.at_ms % 1000 === 0) {
      // Reacts to prices too: a price that was not told would change its trades.
      const ticks = ticksOf(MARKET, event.last) ?? 0;
      await this.#ensure(`p${event.at_ms}`, 'buy', ticks - SPACING - 3, LOTS);
      await this.#step();
      await this.#venue.cancel(`p${event.at_ms - 2000}`);
      await this.#step();
    }
    if (event.type === 'price' && this.#guarded) await this.#guard(event.last);
    await this.#step();
  }

  async #guard(price: string): Promise<void> {
    const ticks = ticksOf(MARKET, price) ?? 0;
    const now = await this.#venue.serverTime();
    for (const [side, away] of [['sell', -25], ['buy', 25]] as const) {
      const id = `t${side}${now}`;
      if ((await this.#venue.orderByClientId(id)) !== null) continue;
      await this.#venue.submitTrigger(stop(id, side, ticks + away, LOTS));
      await this.#step();
    }
    if (ticks % 3 === 0) await this.#venue.windDeadMan(1.5 * HOURS_MS);
    await this.#step();
  }

  async #counter(fill: VenueFill): Promise<void> {
    if (fill.client_id === 'start' || fill.client_id.startsWith('t')) return;
    const line = ticksOf(MARKET, fill.price) ?? 0;
    const buy = fill.side === 'sell';
    const ticks = line + (buy ? -SPACING : SPACING);
    await this.#ensure(`c${fill.trade_id}`, buy ? 'buy' : 'sell', ticks, LOTS);
    await this.#step();
  }

  async #ensure(
    id: string,
    side: 'buy' | 'sell',
    ticks: number | null,
    lots: number,
  ): Promise<void> {
    if ((await this.#venue.orderByClientId(id)) !== null) return;
    await this.#venue.submit(order(id, side, ticks, lots));
  }

  async #step(): Promise<void> {
    this.#steps -= 1;
    if (this.#steps >= 0) return;
    this.#die();
    await new Promise<never>(() => undefined);
  }
}

interface Told {
  readonly fills: readonly VenueFill[];
  readonly account: unknown;
  readonly history: readonly VenueOrder[];
  readonly funding: readonly VenueFunding[];
  readonly deaths: number;
}

/** Runs to the end of the path, dying after each of `lives` steps in turn, the last for ever. */
async function run(
  source: PriceSource,
  lives: (round: number) => number,
  more: Partial<PaperOptions> = {},
  guarded = false,
): Promise<Told> {
  const db = memoryDatabase();
  for (let round = 0; round < 2000; round += 1) {
    const venue = paperVenue(db, source, { ...more, clock: manualClock() });
    const bot = new MortalBot(venue, lives(round), guarded);
    await bot.recover();
    const ended = untilEnd(venue, (event) => bot.onEvent(event));
    const done = await Promise.race([ended.then(() => true), bot.died.then(() => false)]);
    if (!done) continue;
    const told: Told = {
      fills: await venue.fillsSince(0),
      account: { ...(await venue.balance()), ...(await venue.position()) },
      history: await venue.orderHistory(0),
      funding: await venue.fundingSince(0),
      deaths: round,
    };
    await venue.close();
    db.close();
    return told;
  }
  throw new Error('the run never came to its end');
}

const HOURS_MS = 4 * 3_600_000;

/** The same path with four hours between its points. */
function slow(source: PriceSource): PriceSource {
  const scale = <P extends PricePoint | null>(point: P): P =>
    point === null ? point : { ...point, at_ms: point.index * HOURS_MS };
  return {
    ...source,
    first: () => scale(source.first()),
    resume: (index, state) => scale(source.resume(index, state)),
    after: (point) => scale(source.after(point)),
  };
}

/** Points in ticks around the start, about a third of them reached by jumps. */
const wildPath = fc
  .array(fc.tuple(fc.integer({ min: -95, max: 95 }), fc.integer({ min: 0, max: 2 })), {
    minLength: 4,
    maxLength: 12,
  })
  .map((points) => points.map(([away, kind]) => (START + away) * (kind === 0 ? -1 : 1)));

describe('death and return', () => {
  it('dying once at each step of a run changes no trade', async () => {
    const source = finite(START, 963, -1042, 925, 1000, 1001, -948, 1078, 999);
    const whole = await run(source, () => Infinity);
    expect(whole.fills.length).toBeGreaterThan(25);
    let deaths = 0;
    for (let steps = 0; ; steps += 1) {
      const broken = await run(source, (round) => (round === 0 ? steps : Infinity));
      expect(broken.fills, `died after ${steps} steps`).toEqual(whole.fills);
      expect(broken.account).toEqual(whole.account);
      deaths += broken.deaths;
      if (broken.deaths === 0) break;
    }
    expect(deaths).toBeGreaterThan(100);
  });

  it('dying again and again on any path changes no trade', async () => {
    await fc.assert(
      fc.asyncProperty(wildPath, fc.integer({ min: 7, max: 15 }), async (points, steps) => {
        const source = finite(START, ...points);
        const whole = await run(source, () => Infinity);
        // Longer lives by and by: quiet points are not stored, so short ones need not get on.
        const broken = await run(source, (round) => steps + round);
        expect(broken.fills).toEqual(whole.fills);
        expect(broken.account).toEqual(whole.account);
      }),
      { numRuns: 40 },
    );
  });

  it('nor with split fills, funding, stops and a dead man, whose ends are all the same', async () => {
    const met = { parts: 0, funding: 0, stops: 0, missed: 0 };
    await fc.assert(
      fc.asyncProperty(wildPath, fc.integer({ min: 9, max: 40 }), async (points, steps) => {
        const source = slow(finite(START, ...points));
        const more = { partialFill: 'split', seed: steps, fundingRate: '-0.0007' } as const;
        const whole = await run(source, () => Infinity, more, true);
        const broken = await run(source, (round) => steps + round, more, true);
        expect({ ...broken, deaths: 0 }).toEqual(whole);
        met.funding += whole.funding.length;
        met.parts += whole.fills.length - new Set(whole.fills.map((f) => f.client_id)).size;
        met.stops += whole.fills.filter((fill) => fill.client_id.startsWith('t')).length;
        const lines = whole.history.filter((each) => /^[bs]\d/.test(each.client_id));
        met.missed += lines.filter((each) => each.status === 'cancelled').length;
      }),
      { numRuns: 30 },
    );
    for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(20);
  });

  it('a price whose listener did not finish is told again, a finished one is not', async () => {
    const db = memoryDatabase();
    const source = finite(150, 151, 152);
    const first = paperVenue(db, source);
    await new Promise<void>((resolve) => {
      void first.connect(async (event) => {
        if (event.type !== 'price' || event.last !== '1.51') return;
        await first.submit(order('x', 'buy', 140, 5));
        resolve();
        await new Promise<never>(() => undefined);
      });
    });
    const told = brief(await untilEnd(paperVenue(db, source)));
    expect(told).toEqual(['connected', 'price 1.51', 'price 1.52', 'ended']);
    expect(brief(await untilEnd(paperVenue(db, source)))).toEqual(['connected', 'ended']);
  });

  it('a path that no longer holds the stored place is begun anew by a jump', async () => {
    const db = memoryDatabase();
    const before = paperVenue(db, finite(150, 160));
    await untilEnd(before);
    await before.close();
    const after = paperVenue(db, finite(200, 120, 130));
    expect((await after.price()).last).toBe('1.6');
    await after.submit(order('s', 'sell', 180, 5));
    await after.submit(order('b', 'buy', 125, 5));
    expect(brief(await untilEnd(after))).toEqual([
      ...['connected', 'sell s@1.8', 'price 2', 'buy b@1.25', 'price 1.2', 'price 1.3', 'ended'],
    ]);
  });

  it('an account keeps the tick and lot it was opened with', () => {
    const db: SqliteDatabase = memoryDatabase();
    const rules = paperMarket('DOGE_USDC_PERP', '0.09');
    expect(storedRules(db, rules)).toEqual(rules);
    const source = { ...finite(90_000), tick: rules.tick };
    paperVenue(db, source, { rules });
    const later = storedRules(db, paperMarket('DOGE_USDC_PERP', '0.11'));
    expect(later).toMatchObject({ tick: rules.tick, lot: rules.lot, min_quantity: rules.lot });
  });
});
