/**
 * Random grids in a rough market: refusals, cancels, lost orders, late fills, pauses, adjusts,
 * trips, disputes, stops and crashes in any order. After every event the books add up, no line has
 * two orders, no fence is passed; when the storm is over every gap has its order or a reason.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DesignInput, GridPlan } from '../../src/engine/index.ts';
import { design } from '../../src/engine/index.ts';
import { survey } from '../../src/engine/survey.ts';
import { Matching, testMarket } from './matching.ts';

const market = testMarket({
  maker_fee: '0.00011',
  taker_fee: '0.00047',
  lot: '0.001',
  min_quantity: '0.002',
});

const one = <const T>(...values: T[]) => fc.constantFrom(...values);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });

const fences = fc.record({
  position: maybe(fc.integer({ min: 1, max: 14 })),
  orders: maybe(fc.integer({ min: 2, max: 9 })),
  loss: maybe(fc.integer({ min: 1, max: 900 })),
  notional: maybe(fc.integer({ min: 1, max: 30 })),
  collar: maybe(fc.integer({ min: 4, max: 60 })),
});

const wish = fc.record({
  lower: fc.integer({ min: 200, max: 900 }),
  step: fc.integer({ min: 3, max: 30 }),
  grids: fc.integer({ min: 1, max: 12 }),
  lots: fc.integer({ min: 2, max: 9 }),
  direction: one('neutral', 'neutral', 'long', 'short'),
  type: one('arithmetic', 'geometric'),
  opens: fc.boolean(),
  out: one('hold', 'hold', 'trail', 'trail', 'stop', 'close'),
  by: one('last', 'mark'),
  stopLoss: maybe(fc.integer({ min: 150, max: 1400 })),
  fences,
});
type Wish = typeof wish extends fc.Arbitrary<infer W> ? W : never;

function inputOf({ fences: limits, ...of }: Wish): DesignInput {
  const { position, orders, loss, notional, collar } = limits;
  const size = of.lots / 1000;
  const all = {
    grid_lower_price: of.lower,
    grid_upper_price: of.lower + of.step * of.grids,
    grid_num: of.grids,
    order_quantity: size.toFixed(3),
    grid_type: of.type,
    direction: of.direction,
    open_position_at_start: of.opens,
    out_of_range: of.out,
    trigger_by: of.by,
    stop_loss_price: of.stopLoss,
    max_position: position === undefined ? undefined : (position * size).toFixed(3),
    max_open_orders: orders,
    max_loss: loss === undefined ? undefined : (loss / 100).toFixed(2),
    max_order_notional: notional,
    price_collar_percent: collar,
  };
  // Keys without a value are left out.
  return JSON.parse(JSON.stringify(all)) as DesignInput;
}

function planFor(input: DesignInput): GridPlan | null {
  const result = design(market, input);
  return 'problems' in result ? null : result.plan;
}

const pick = fc.nat(50);
const reasons = ['busy', 'insufficient_margin', 'rate_limited', 'disconnected', 'precision'];
const does = <const T extends string>(...words: T[]) => fc.record({ do: one(...words) });
const step = fc.oneof(
  { arbitrary: fc.record({ do: one('near'), by: fc.integer({ min: -60, max: 60 }) }), weight: 9 },
  { arbitrary: fc.record({ do: one('move'), to: fc.integer({ min: 150, max: 1400 }) }), weight: 3 },
  fc.record({ do: one('part', 'cancel', 'late', 'absent', 'arrive'), pick }),
  fc.record({ do: one('part', 'cancel', 'late', 'absent', 'arrive'), pick }),
  does('pause', 'resume', 'start', 'start', 'retry', 'crash'),
  does('hold', 'let', 'carry', 'trip', 'end'),
  fc.record({ do: one('mark'), by: fc.integer({ min: -30, max: 30 }) }),
  fc.record({ do: one('differ', 'accept'), by: fc.integer({ min: -20, max: 20 }) }),
  does('agree'),
  fc.record({
    do: one('stop'),
    orders: one('cancel', 'keep'),
    position: one('keep', 'close'),
  }),
  fc.record({ do: one('funding'), amount: fc.bigInt(-(10n ** 15n), 10n ** 15n) }),
  fc.record({ do: one('refuse'), every: fc.integer({ min: 0, max: 4 }), reason: one(...reasons) }),
  fc.record({ do: one('lose'), every: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: one('adjust'), wish, position: one('carry', 'rebalance') }),
  fc.record({ do: one('resize'), lots: fc.integer({ min: 2, max: 9 }), rebalance: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

type Control =
  | ('pause' | 'resume' | 'start' | 'retry' | 'crash')
  | ('hold' | 'let' | 'carry' | 'trip' | 'end');

/** A grid in the storm, and what it was last asked to be. */
class Storm {
  readonly grid: Matching;
  input: DesignInput;
  /** `max_position` was set below what was there, or something came that no fence can stop. */
  loose = false;

  constructor(plan: GridPlan, input: DesignInput, price: number) {
    this.grid = new Matching(market, plan, price);
    this.input = input;
  }

  check(): void {
    const { grid } = this;
    grid.check();
    if (['stopped', 'finished'].includes(grid.word)) expect(grid.state.stopping).toBeNull();
    const { max_position_lots: max } = grid.state.plan;
    if (max === null || this.loose) return;
    const rest = (side: string): number => {
      const orders = [...grid.resting.values()].filter(({ order }) => order.side === side);
      return orders.reduce((sum, { order, left }) => sum + (order.reduce_only ? 0 : left), 0);
    };
    expect(grid.position + rest('buy')).toBeLessThanOrEqual(max);
    expect(rest('sell') - grid.position).toBeLessThanOrEqual(max);
  }

  #picked(from: Iterable<number>, at: number): number | null {
    const ids = [...from];
    return ids[at % (ids.length || 1)] ?? null;
  }

  perform(now: Step): void {
    const { grid } = this;
    switch (now.do) {
      case 'near':
        return void grid.moveTo(Math.max(1, grid.price + now.by));
      case 'move':
        return void grid.moveTo(now.to);
      case 'mark':
        return void grid.priceAt(grid.price, Math.max(1, grid.price + now.by));
      case 'refuse': {
        let count = 0;
        const due = () => now.every > 0 && ++count % (now.every + 1) === 0;
        grid.refuse = () => (due() ? now.reason : null);
        grid.marketPart = (lots) => (now.every % 2 === 0 ? lots : Math.ceil(lots / 2));
        return;
      }
      case 'lose': {
        let count = 0;
        grid.lose = () => now.every > 0 && ++count % (now.every + 1) === 0;
        return;
      }
      case 'funding':
        return void grid.funding(now.amount);
      case 'stop':
        return void grid.stop(now.orders, now.position);
      case 'adjust':
      case 'resize':
        return this.#adjust(now);
      case 'differ':
        return void grid.feed({
          type: 'position',
          venue_lots: grid.position + now.by,
          agrees: false,
        });
      case 'accept':
        this.loose = true;
        return void grid.acceptPosition(grid.position + now.by);
      case 'agree':
        return void grid.feed({ type: 'position', venue_lots: grid.position, agrees: true });
      default:
        return 'pick' in now ? this.#order(now.do, now.pick) : this.#control(now.do);
    }
  }

  #order(what: 'part' | 'cancel' | 'late' | 'absent' | 'arrive', at: number): void {
    const { grid } = this;
    const id = this.#picked(grid.resting.keys(), at);
    const lost = this.#picked(grid.unanswered.keys(), at);
    const half = Math.ceil((grid.resting.get(id ?? 0)?.left ?? 0) / 2);
    if (what === 'part' && id !== null) grid.fill(id, half);
    if (what === 'cancel' && id !== null) grid.cancelled(id);
    if (what === 'absent' && lost !== null) grid.absent(lost);
    if (what === 'arrive' && lost !== null) grid.arrive(lost);
    if (what !== 'late') return;
    const [late] = grid.gone.splice(at % (grid.gone.length || 1), 1);
    if (late === undefined) return;
    this.loose = true;
    grid.execute(late.order, late.order.ticks ?? grid.price, Math.ceil(late.left / 2));
  }

  #control(what: Control): void {
    const { grid } = this;
    const onStop = { orders: 'cancel', position: 'keep' } as const;
    if (what === 'hold') grid.holdCancels = true;
    else if (what === 'let') grid.letCancels();
    else if (what === 'crash') grid.crash();
    else if (what === 'carry') grid.feed({ type: 'close_carry' });
    else if (what === 'trip') grid.feed({ type: 'trip', reason: 'rate', text: 'too many' });
    else if (what === 'end') grid.feed({ type: 'end', on_stop: onStop, reason: 'duration' });
    else if (what === 'start') grid.start();
    else grid.feed({ type: what });
  }

  #adjust(now: Extract<Step, { do: 'adjust' | 'resize' }>): void {
    const { grid } = this;
    const { direction } = grid.state.plan;
    const next: DesignInput =
      now.do === 'adjust'
        ? { ...inputOf(now.wish), direction }
        : { ...this.input, order_quantity: (now.lots / 1000).toFixed(3) };
    const plan = planFor(next);
    if (plan === null) return;
    this.input = next;
    const old = grid.state.plan.max_position_lots;
    const max = plan.max_position_lots;
    // A lower fence takes effect as cancels arrive; it is tested on its own.
    if (max !== null && (old === null || max < old)) this.loose = true;
    const rebalance = now.do === 'adjust' ? now.position === 'rebalance' : now.rebalance;
    grid.adjust(plan, rebalance ? 'rebalance' : 'carry');
  }

  /** The market is well again, everything has its answer, the user lets the grid go on. */
  calm(): void {
    const { grid } = this;
    grid.refuse = () => null;
    grid.lose = () => false;
    grid.marketPart = (lots) => lots;
    grid.letCancels();
    for (let id = this.#picked(grid.unanswered.keys(), 0); id !== null; ) {
      grid.absent(id);
      id = this.#picked(grid.unanswered.keys(), 0);
    }
    grid.feed({ type: 'position', venue_lots: grid.position, agrees: true });
    // A fill tells of the price as well: the market may since have gone elsewhere.
    grid.moveTo(grid.price).feed({ type: 'retry' }).feed({ type: 'resume' });
    // What tripped first was not the only fence met.
    if (grid.word === 'tripped') grid.feed({ type: 'resume' });
  }
}

/** Why a line may be without its order when everything is well. */
const QUIET = new Set([
  ...['max_position', 'max_open_orders', 'max_order_notional', 'price_collar'],
  ...['entry_waits', 'post_only_would_cross', 'line_taken'],
]);

function expectQuiet({ grid }: Storm): void {
  const { gaps, plan, phase } = grid.state;
  if (phase !== 'running') return;
  const wants = survey(market, grid.state, 'all');
  expect(new Set(wants.map(({ gap }) => gap)).size).toBe(plan.lines.length - 1);
  const open = gaps.filter((gap) => gap.opening === null).length;
  expect(wants.length).toBe(gaps.length + open);
  for (const { order, reason } of wants) {
    if (order === null) expect(QUIET).toContain(reason);
  }
  const { length } = grid.placed;
  grid.feed({ type: 'price', ticks: grid.price });
  expect(grid.placed).toHaveLength(length);
}

it('loses no lot, no cent and no line, and passes no fence, whatever happens', () => {
  const price = fc.integer({ min: 150, max: 1400 });
  fc.assert(
    fc.property(wish, price, fc.array(step, { maxLength: 30 }), (first, start, steps) => {
      const input = inputOf(first);
      const plan = planFor(input);
      fc.pre(plan !== null);
      const storm = new Storm(plan, input, start);
      const { grid } = storm;
      grid.start();
      for (const now of steps) {
        storm.perform(now);
        storm.check();
      }
      storm.calm();
      storm.check();
      if (grid.word === 'stopping') for (let i = 0; i < 9; i++) grid.moveTo(grid.price + 1);
      expectQuiet(storm);
      grid.stop('cancel', 'close');
      for (let i = 0; grid.word === 'stopping' && i < 10; i++) grid.moveTo(grid.price + 1);
      storm.check();
      expect(['stopped', 'finished']).toContain(grid.word);
      expect([grid.resting.size, grid.position]).toEqual([0, 0]);
    }),
    { numRuns: Number(process.env['STORM_RUNS'] ?? 400) },
  );
});
