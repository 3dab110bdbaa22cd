/**
 * A short grid on mirrored prices is a long one: without fees both do the same at every step, lot
 * for lot and cent for cent. What is in percent of a price has no mirror and is left out.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DesignInput } from '../../src/engine/index.ts';
import { design } from '../../src/engine/index.ts';
import { Matching, testMarket } from './matching.ts';

const market = testMarket({ min_quantity: '2' });
/** A price and its mirror add up to this. */
const SUM = 2000;
/** Lines lie on multiples of this; a price of `apart` is never as near to one as to another. */
const UNIT = 4;
const apart = (ticks: number): number => Math.floor(ticks / UNIT) * UNIT + 1;

const one = <const T>(...values: T[]) => fc.constantFrom(...values);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const price = fc.integer({ min: 700, max: 1300 });

const shape = fc.record({
  lower: fc.integer({ min: 800 / UNIT, max: 1100 / UNIT }).map((units) => units * UNIT),
  step: fc.integer({ min: 1, max: 5 }).map((units) => units * UNIT),
  grids: fc.integer({ min: 1, max: 10 }),
  lots: fc.integer({ min: 2, max: 7 }),
});
const wish = fc.record({
  shape,
  direction: one('long', 'long', 'neutral'),
  opens: one(true, true, false),
  out: one('hold', 'hold', 'trail', 'stop', 'close'),
  cap: maybe(fc.integer({ min: 1250, max: 1350 })),
  floor: maybe(fc.integer({ min: 650, max: 750 })),
  fence: maybe(fc.integer({ min: 1, max: 14 })),
  loss: maybe(fc.integer({ min: 10, max: 2000 })),
  stopLoss: maybe(price),
  takeProfit: maybe(price),
  trigger: maybe(price),
});
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;
type Shape = typeof shape extends fc.Arbitrary<infer S> ? S : never;

function inputOf(wanted: Wish, of: Shape, mirrored: boolean): DesignInput {
  const at = (ticks: number | undefined) =>
    ticks === undefined || !mirrored ? ticks : SUM - ticks;
  const upper = of.lower + of.step * of.grids;
  const turned = wanted.direction === 'long' ? 'short' : 'neutral';
  const all = {
    grid_lower_price: mirrored ? SUM - upper : of.lower,
    grid_upper_price: mirrored ? SUM - of.lower : upper,
    grid_num: of.grids,
    order_quantity: of.lots,
    direction: mirrored ? turned : wanted.direction,
    open_position_at_start: wanted.opens,
    out_of_range: wanted.out,
    trail_upper_price: at(mirrored ? wanted.floor : wanted.cap),
    trail_lower_price: at(mirrored ? wanted.cap : wanted.floor),
    max_position: wanted.fence === undefined ? undefined : wanted.fence * of.lots,
    max_loss: wanted.loss,
    stop_loss_price: at(wanted.stopLoss),
    take_profit_price: at(wanted.takeProfit),
    trigger_price: at(wanted.trigger),
  };
  return JSON.parse(JSON.stringify(all)) as DesignInput;
}

const word = <const T extends string>(...words: T[]) => fc.record({ do: one(...words) });
const step = fc.oneof(
  { arbitrary: fc.record({ do: one('move'), to: price, piece: fc.nat(6) }), weight: 4 },
  { arbitrary: fc.record({ do: one('near'), by: fc.integer({ min: -40, max: 40 }) }), weight: 8 },
  fc.record({ do: one('part', 'cancel'), pick: fc.nat(20) }),
  fc.record({ do: one('slip'), lots: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ do: one('refuse'), from: price, to: price }),
  word('pause', 'resume', 'start', 'crash', 'carry', 'trip', 'end', 'hold', 'let'),
  fc.record({ do: one('stop'), orders: one('cancel', 'keep'), position: one('keep', 'close') }),
  fc.record({ do: one('accept', 'differ', 'agree'), by: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ do: one('adjust'), shape, position: one('carry', 'rebalance') }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Side {
  readonly grid: Matching;
  readonly #wish: Wish;
  readonly #mirrored: boolean;

  constructor(wanted: Wish, start: number, mirrored: boolean) {
    this.#wish = wanted;
    this.#mirrored = mirrored;
    const result = design(market, inputOf(wanted, wanted.shape, mirrored));
    fc.pre('plan' in result);
    if (!('plan' in result)) throw new Error('no plan');
    this.grid = new Matching(market, result.plan, this.at(start)).start();
  }

  // Of two lines equally near an adjust takes the lower: that has no mirror.
  #aside(ticks: number): number {
    return this.#wish.out === 'trail' ? apart(ticks) : ticks;
  }

  at(ticks: number): number {
    return this.#mirrored ? SUM - ticks : ticks;
  }

  #ids(): number[] {
    return [...this.grid.resting.values()]
      .sort((a, b) => this.at(Number(a.order.ticks)) - this.at(Number(b.order.ticks)))
      .map(({ order }) => order.id);
  }

  perform(now: Step): void {
    const { grid } = this;
    const sign = this.#mirrored ? -1 : 1;
    switch (now.do) {
      case 'move':
        return void grid.moveTo(this.at(this.#aside(now.to)), (lots) => {
          return now.piece > 0 && now.piece < lots ? [now.piece, lots - now.piece] : [lots];
        });
      case 'near':
        return void grid.moveTo(this.at(this.#aside(this.at(grid.price) + now.by)));
      case 'part':
      case 'cancel': {
        const ids = this.#ids();
        const id = ids[now.pick % (ids.length || 1)];
        if (id === undefined) return;
        if (now.do === 'cancel') return void grid.cancelled(id);
        return grid.fill(id, Math.ceil((grid.resting.get(id)?.left ?? 0) / 2));
      }
      case 'slip':
        grid.marketPart = (lots) => Math.min(lots, now.lots);
        return;
      case 'refuse':
        grid.refuse = ({ ticks }) => {
          const there = ticks === null ? 0 : this.at(ticks);
          return there >= now.from && there <= now.to ? 'insufficient_margin' : null;
        };
        return;
      case 'stop':
        return void grid.stop(now.orders, now.position);
      case 'accept':
        return void grid.acceptPosition(grid.position + sign * now.by);
      case 'differ':
      case 'agree': {
        const by = now.do === 'agree' ? 0 : sign * now.by;
        const venue_lots = grid.position + by;
        return void grid.feed({ type: 'position', venue_lots, agrees: now.do === 'agree' });
      }
      case 'adjust': {
        const result = design(market, inputOf(this.#wish, now.shape, this.#mirrored));
        if ((grid.state.ticks ?? 0) % 2 === 0) return;
        if ('plan' in result) grid.adjust(result.plan, now.position);
        return;
      }
      case 'carry':
        return void grid.feed({ type: 'close_carry' });
      case 'trip':
        return void grid.feed({ type: 'trip', reason: 'rate', text: 'too many' });
      case 'end': {
        const on_stop = { orders: 'cancel', position: 'keep' } as const;
        return void grid.feed({ type: 'end', on_stop, reason: 'duration' });
      }
      case 'hold':
        grid.holdCancels = true;
        return;
      case 'let':
        return void grid.letCancels();
      case 'crash':
        return void grid.crash();
      case 'start':
        return void grid.start();
      default:
        return void grid.feed({ type: now.do });
    }
  }

  seen() {
    const { grid } = this;
    grid.check();
    const { grid_profit, unpaired, total, cycles, carry_lots } = grid.figures();
    const sign = this.#mirrored ? -1 : 1;
    const orders = [...grid.resting.values()]
      .map(({ order, left }) => {
        const buys = (order.side === 'buy') !== this.#mirrored;
        return [this.at(Number(order.ticks)), buys, left, order.reduce_only];
      })
      .sort((a, b) => Number(a[0]) - Number(b[0]));
    const { word: now, notes } = grid;
    const position = sign * grid.position + 0;
    const carry = sign * carry_lots + 0;
    return { now, grid_profit, unpaired, total, cycles, position, carry, orders, notes };
  }
}

it('a short grid does on mirrored prices what a long one does', () => {
  fc.assert(
    fc.property(wish, price, fc.array(step, { maxLength: 25 }), (wanted, start, steps) => {
      const long = new Side(wanted, apart(start), false);
      const short = new Side(wanted, apart(start), true);
      expect(short.seen()).toEqual(long.seen());
      for (const now of steps) {
        long.perform(now);
        short.perform(now);
        expect(short.seen()).toEqual(long.seen());
      }
    }),
    { numRuns: 150 },
  );
});
