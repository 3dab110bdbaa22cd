/**
 * The stop order at the venue, for any sequence of fills, refusals, cancels and prices: at most the
 * old and the new one, in the end exactly the position's, and none where none belongs.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { auditIdentity, decide, decodeState, encodeState } from '../../src/engine/index.ts';
import { initialState, liveOrders } from '../../src/engine/index.ts';
import type { EngineCommand, EngineEvent, GridState, LiveOrder } from '../../src/engine/index.ts';
import { planOf, testMarket } from './matching.ts';

const market = testMarket();
const LEVEL = 85;
type NoTime<T> = T extends unknown ? Omit<T, 'at_ms'> : never;

/** A venue that answers when it is told to, and fires stops at the level. */
class Model {
  state: GridState;
  price: number;
  readonly resting = new Map<number, LiveOrder>();
  readonly waiting: EngineCommand[] = [];
  mostStops = 0;
  /** Most orders that close, stop orders beside a close too; how often the grid has ended. */
  closers = 0;
  ends = 0;
  readonly notes: string[] = [];
  #trade = 0;
  #moment = 0;

  constructor(direction: 'long' | 'short' | 'neutral') {
    const level = direction === 'short' ? 200 - LEVEL : LEVEL;
    this.price = 101;
    this.state = initialState(planOf(market, { direction, stop_loss_price: level }));
    this.feed({ type: 'start', ticks: this.price, venue_stops: true });
  }

  feed(event: NoTime<EngineEvent>): void {
    this.#moment += 1;
    const timed = { ...event, at_ms: this.#moment } as EngineEvent;
    const { state, commands } = decide(market, this.state, timed);
    // What is stored is what goes on.
    this.state = decodeState(encodeState(state));
    this.waiting.push(...commands.filter(({ type }) => type !== 'note'));
    for (const command of commands) if (command.type === 'note') this.notes.push(command.code);
    this.ends = this.notes.filter((code) => code === 'stopped' || code === 'finished').length;
    const closes = this.state.orders.filter(({ role }) => role === 'close').length;
    if (closes > 0) this.closers = Math.max(this.closers, closes + this.state.stops.length);
    this.mostStops = Math.max(this.mostStops, this.state.stops.length);
    expect(auditIdentity(market, this.state, this.price)).toBeNull();
  }

  /** Answers what was sent first; `refuses`: a stop order is refused. */
  answer(refuses: boolean): void {
    const command = this.waiting.shift();
    if (command === undefined || command.type === 'note') return;
    const { id } = command;
    if (command.type === 'cancel') {
      if (this.resting.delete(id)) this.feed({ type: 'cancelled', id });
      return;
    }
    const order = liveOrders(this.state).find((live) => live.id === id);
    if (order === undefined) return;
    if (refuses && order.role === 'stop_loss') {
      return this.feed({ type: 'rejected', id, reason: 'reduce_only_would_increase' });
    }
    this.resting.set(id, order);
    this.feed({ type: 'accepted', id });
    if (order.ticks === null && order.trigger_ticks === undefined) this.execute(id, order.lots);
  }

  execute(id: number, lots: number): void {
    const order = liveOrders(this.state).find((live) => live.id === id);
    if (order === undefined || lots === 0) return;
    const ticks = order.ticks ?? this.price;
    this.#trade += 1;
    const { side } = order;
    if (order.filled + lots === order.lots) this.resting.delete(id);
    this.feed({ type: 'fill', trade_id: `t${this.#trade}`, id, side, ticks, lots, fee: 0n });
  }

  moveTo(ticks: number): void {
    const sign = Math.sign(ticks - this.price);
    this.price = ticks;
    for (const { id, side, ticks: line, trigger_ticks: level } of [...this.resting.values()]) {
      const live = liveOrders(this.state).find((order) => order.id === id);
      if (live === undefined) continue;
      const at = line ?? level ?? 0;
      const isMet = side === (line === null ? 'sell' : 'buy') ? ticks <= at : ticks >= at;
      if (!isMet || sign === 0) continue;
      const held = this.state.books.position_lots;
      const closable = Math.max(0, side === 'sell' ? held : -held);
      const left = live.lots - live.filled;
      if (line === null && closable < left) {
        this.execute(id, closable);
        if (this.resting.delete(id)) this.feed({ type: 'cancelled', id });
      } else this.execute(id, left);
    }
    this.feed({ type: 'price', ticks });
  }

  settle(): void {
    for (let round = 0; this.waiting.length > 0; round += 1) {
      expect(round).toBeLessThan(2000);
      this.answer(false);
    }
  }
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move'), to: fc.integer({ min: 86, max: 114 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer'), refuses: fc.boolean() }) },
  fc.record({ do: fc.constantFrom('pause', 'resume') }),
  fc.record({ do: fc.constant('gone'), pick: fc.nat(50) }),
);

interface Step {
  readonly do: string;
  readonly to?: number;
  readonly refuses?: boolean;
  readonly pick?: number;
}

function play(model: Model, steps: readonly Step[]): void {
  for (const { do: what, to = 100, refuses = false, pick = 0 } of steps) {
    if (what === 'move') model.moveTo(to);
    else if (what === 'answer') model.answer(refuses);
    else if (what === 'pause' || what === 'resume') model.feed({ type: what });
    else {
      const ids = [...model.resting.keys()];
      const id = ids[pick % Math.max(1, ids.length)];
      // The venue cancels what it likes.
      if (id !== undefined && model.resting.delete(id)) model.feed({ type: 'cancelled', id });
    }
  }
}

/** The stop that belongs to the position as it is: signed, the closing side below zero. */
function expectedStop({ state, price }: Model): number {
  const { books, plan } = state;
  const level = plan.stop_loss_ticks ?? 0;
  const held = books.position_lots;
  return held > 0 === level < price ? Math.abs(held) : 0;
}

it.each(['long', 'short', 'neutral'] as const)('a %s grid has the stop of its position', (direction) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Model(direction);
      play(model, steps);
      model.feed({ type: 'resume' });
      model.settle();
      // A price that is another lifts every hold.
      model.moveTo(model.price === 100 ? 101 : 100);
      model.settle();
      expect(model.state.phase).toBe('running');
      expect(model.mostStops).toBeLessThanOrEqual(2);
      const lots = expectedStop(model);
      expect(model.state.stops.map((stop) => stop.lots - stop.filled)).toEqual(lots === 0 ? [] : [lots]);
      expect(model.state.stops.every(({ status }) => status === 'open')).toBe(true);
    }),
    { numRuns: 100, verbose: true },
  );
});

it.each(['long', 'short'] as const)('a %s grid ends once, flat, when the level is met', (direction) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const model = new Model(direction);
      play(model, steps);
      model.moveTo(direction === 'long' ? LEVEL - 1 : 200 - LEVEL + 1);
      model.settle();
      for (let k = 0; k < 12 && model.state.phase !== 'finished'; k += 1) {
        model.moveTo(model.price + (k % 2 === 0 ? 1 : -1));
        model.settle();
      }
      expect(model.state.phase).toBe('finished');
      expect([model.state.books.position_lots, model.resting.size]).toEqual([0, 0]);
      expect(model.state.run.number).toBe(1);
    }),
    { numRuns: 100, verbose: true },
  );
});

it.each(['long', 'short'] as const)('a %s grid that is closed keeps its stop to the last', (direction) => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.array(step, { maxLength: 30 }),
      fc.nat(60),
      (before, after, late) => {
        const model = new Model(direction);
        play(model, before);
        const watching = model.state.stops.filter(({ status }) => status === 'open');
        model.feed({ type: 'stop', on_stop: { orders: 'cancel', position: 'close' }, reason: 'panic' });
        const told = model.notes.length;
        const { orders, books } = model.state;
        const kept = orders.length > 0 && books.position_lots !== 0 ? watching : [];
        expect(model.state.stops.filter(({ status }) => status === 'open')).toEqual(kept);
        play(model, after.slice(0, late).filter(({ do: what }) => what === 'move' || what === 'answer'));
        // The market goes through the level, at whatever point the close has come to.
        model.moveTo(direction === 'long' ? LEVEL - 1 : 200 - LEVEL + 1);
        model.settle();
        for (let k = 0; k < 12 && model.state.phase === 'stopping'; k += 1) {
          model.moveTo(model.price + (k % 2 === 0 ? 1 : -1));
          model.settle();
        }
        expect(['stopped', 'finished']).toContain(model.state.phase);
        expect([model.state.books.position_lots, model.resting.size]).toEqual([0, 0]);
        expect(model.ends).toBe(1);
        expect(model.closers).toBeLessThanOrEqual(1);
        expect(model.notes.slice(told)).not.toContain('stop_refused');
      },
    ),
    { numRuns: 100, verbose: true },
  );
});

it('refused beside the last one, the next waits until that is gone; then it is held', () => {
  const model = new Model('neutral');
  model.settle();
  model.moveTo(97);
  model.settle();
  const [last] = model.state.stops;
  expect(last?.status).toBe('open');
  // The position was closed by hand: any other is refused as well, and the cancel takes its time.
  model.moveTo(95);
  const isLate = (command?: EngineCommand) => command?.type === 'cancel' && command.id === last?.id;
  const late: EngineCommand[] = [];
  let sent = 0;
  const refuse = () => {
    for (let round = 0; model.waiting.length > 0 && round < 50; round += 1) {
      const [next] = model.waiting;
      if (next?.type === 'place' && next.role === 'stop_loss') sent += 1;
      if (isLate(next)) late.push(...model.waiting.splice(0, 1));
      else model.answer(true);
    }
  };
  refuse();
  expect([sent, late.length]).toEqual([1, 1]);
  expect(model.state.stops).toMatchObject([{ id: last?.id, status: 'cancelling' }]);
  model.waiting.push(...late);
  model.answer(false);
  refuse();
  expect([sent, model.state.stops]).toEqual([2, []]);
  expect(model.state.stop_hold?.reason).toBe('reduce_only_would_increase');
});
