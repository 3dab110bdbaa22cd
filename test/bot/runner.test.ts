/**
 * The runner against the real store and the real paper venue: intent first, once, and nothing
 * lost.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { clientIds } from '../../src/bot/client-id.ts';
import { unplacedText } from '../../src/bot/line-views.ts';
import { GriddError } from '../../src/contract/errors.ts';
import type { Venue } from '../../src/exchange/port.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { TAG, VALUES, movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Desk, Rig } from './grid-rig.ts';

const IDS = clientIds('text', TAG);
const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) {
    await rig.venue.close();
    rig.books.close();
  }
});

function rigAt(ticks: number): Rig {
  const rig = openRig(ticks);
  rigs.push(rig);
  return rig;
}

/** Takes one order a request, so that a test can stand between any two. */
function oneByOne(venue: Venue): Venue {
  return { ...venue, capabilities: { ...venue.capabilities, batch: { submit: 1, cancel: 1 } } };
}

async function openIds(rig: Rig): Promise<string[]> {
  return (await rig.venue.openOrders()).map((order) => order.client_id).sort();
}

/** One own order a line, none beyond the store, and the venue agrees with the engine. */
async function expectWhole(rig: Rig, desk: Desk, orders: number): Promise<void> {
  const resting = await rig.venue.openOrders();
  expect(new Set(resting.map(({ price }) => price)).size).toBe(resting.length);
  expect(resting.length).toBe(orders);
  const wanted = desk.runner.state.orders.map(({ id }) => IDS.of(id)).sort();
  expect(resting.map(({ client_id }) => client_id).sort()).toEqual(wanted);
  for (const name of wanted) expect(rig.books.orderIdOf(name)).not.toBeNull();
  expect(desk.bugs).toEqual([]);
}

describe('placing', () => {
  test('every order is stored before the venue hears of it', async () => {
    const rig = rigAt(10450);
    const seen: boolean[] = [];
    const venue: Venue = {
      ...oneByOne(rig.venue),
      submit(order) {
        seen.push(rig.books.orderIdOf(order.client_id) !== null);
        return rig.venue.submit(order);
      },
    };
    const desk = await openDesk(rig, venue);
    expect(seen).toEqual(Array.from({ length: 11 }, () => true));
    await expectWhole(rig, desk, 11);
  });

  test('a process that dies before its orders arrive places each line once', async () => {
    const rig = rigAt(10450);
    let sent = 0;
    const silent = new Promise<never>(() => undefined);
    const venue: Venue = {
      ...oneByOne(rig.venue),
      submit: (order) => ((sent += 1) <= 4 ? rig.venue.submit(order) : silent),
    };
    void openDesk(rig, venue);
    await expect.poll(() => sent).toBe(5);
    expect((await openIds(rig)).length).toBe(4);
    const desk = await openDesk(rig);
    await expectWhole(rig, desk, 11);
  });

  test('an order whose answer is lost is looked up, never sent twice', async () => {
    const rig = rigAt(10450);
    const venue: Venue = {
      ...oneByOne(rig.venue),
      async submit(order) {
        await rig.venue.submit(order);
        return { status: 'unknown', message: 'the connection broke' };
      },
    };
    const desk = await openDesk(rig, venue);
    await expectWhole(rig, desk, 11);
    expect(desk.runner.state.orders.every(({ status }) => status === 'open')).toBe(true);
  });
});

describe('fills', () => {
  test('a fill told twice and polled once more is booked once', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    await rig.venue.connect((event) => desk.runner.take(event));
    await movePrice(rig, desk, 10250);
    const fills = await rig.venue.fillsSince(0);
    expect(fills.length).toBe(2);
    for (const fill of [...fills, ...fills]) {
      await desk.runner.run(() => desk.runner.fills.book([fill]));
    }
    await desk.runner.run(() => desk.runner.fills.book([...fills, ...fills]));
    expect(rig.books.fills(10).length).toBe(2);
    expect(desk.runner.figures().position_lots).toBe(100);
    await expectWhole(rig, desk, 10);
  });

  test('a fill that came while no bot ran is booked at the start', async () => {
    const rig = rigAt(10450);
    const first = await openDesk(rig);
    expect(first.runner.figures().position_lots).toBe(0);
    // The dead bot hears nothing: only the venue walks.
    const fell = new Promise<void>((resolve) => {
      void rig.venue.connect((event) => {
        if (event.type === 'price' && event.last === '102.5') resolve();
        return Promise.resolve();
      });
    });
    rig.path.push(10250);
    await fell;
    const desk = await openDesk(rig);
    expect(desk.runner.figures().position_lots).toBe(100);
    await expectWhole(rig, desk, 10);
  });

  test('a fill of an order that is not ours is left alone', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const stranger = { client_id: 'by-hand-1', side: 'buy', price: null, size: '1' } as const;
    await rig.venue.submit({ ...stranger, post_only: false, reduce_only: false });
    for (const fill of await rig.venue.fillsSince(0)) {
      await desk.runner.run(() => desk.runner.fills.book([fill]));
    }
    expect(rig.books.fills(10)).toEqual([]);
    expect(rig.logged.join('')).toContain('not in our store was left alone');
  });
});

describe('a position that differs', () => {
  test('holds the grid, says so, and goes on by itself when both agree again', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const hand = { price: null, size: '1', post_only: false, reduce_only: false } as const;
    await rig.venue.submit({ ...hand, side: 'buy', client_id: 'by-hand-1' });
    await desk.compare();
    expect(desk.runner.state.mismatch).toEqual({ venue_lots: 100 });
    expect(desk.runner.degraded.join()).toContain('venue 1, books 0');
    expect((await openIds(rig)).length).toBeLessThan(11);
    await rig.venue.submit({ ...hand, side: 'sell', client_id: 'by-hand-2' });
    // The stranger's trades cost a fee: on an account that should be ours alone, that is a breach.
    await expect(desk.compare()).rejects.toThrow('venue and books differ by');
    expect(desk.runner.degraded).toEqual([]);
    expect(desk.runner.state.mismatch).toBeNull();
  });

  test('is shown, booked and forgotten when the user accepts it: the money agrees as well', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const hand = { price: null, size: '1', post_only: false, reduce_only: false } as const;
    await rig.venue.submit({ ...hand, side: 'buy', client_id: 'by-hand-1' });
    await desk.compare();
    const figures = { venue: '1', books: '0', difference: '1', price: '104.5' };
    expect(await desk.session.acceptPosition(true)).toEqual(figures);
    expect(desk.runner.figures()).toMatchObject({ position_lots: 0, carry_lots: 0 });
    expect(await desk.session.acceptPosition(false)).toEqual(figures);
    expect(desk.runner.figures()).toMatchObject({ position_lots: 100, carry_lots: 100, total: 0n });
    expect(desk.runner.degraded).toEqual([]);
    await desk.compare();
    await desk.compare();
    await expectWhole(rig, desk, 11);
    const { period } = await desk.session.stop({});
    expect(period).toMatchObject({ adjusted: '1', difference: '0', fills: 0 });
  });
});

describe('strays', () => {
  test('foreign orders and unknown ones with our mark are never cancelled', async () => {
    const rig = rigAt(10450);
    const far = { side: 'buy', price: '90', size: '1', post_only: true, reduce_only: false } as const;
    await rig.venue.submit({ ...far, client_id: 'by-hand-1' });
    await rig.venue.submit({ ...far, client_id: IDS.of(9999) });
    await openDesk(rig);
    expect(await openIds(rig)).toEqual(expect.arrayContaining(['by-hand-1', IDS.of(9999)]));
    expect(rig.logged.join('')).toContain('bears our mark but is not in our store');
  });
});

describe('stop', () => {
  test('cancels ours, leaves the rest, says what is left, and places nothing after', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    await rig.venue.connect((event) => desk.runner.take(event));
    await movePrice(rig, desk, 10250);
    const hand = { side: 'buy', price: '90', size: '1', post_only: true, reduce_only: false } as const;
    await rig.venue.submit({ ...hand, client_id: 'by-hand-1' });
    const receipt = await desk.session.stop({ orders: 'cancel', position: 'keep' });
    expect(receipt).toMatchObject({ orders_cancelled: 10, orders_left: 0, position: '1' });
    expect(await openIds(rig)).toEqual(['by-hand-1']);
    await movePrice(rig, desk, 10900);
    expect(await openIds(rig)).toEqual(['by-hand-1']);
  });

  test('with position: close it ends flat', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    await rig.venue.connect((event) => desk.runner.take(event));
    await movePrice(rig, desk, 10250);
    const receipt = await desk.session.stop({ orders: 'cancel', position: 'close' });
    expect(receipt.position).toBe('0');
    expect((await rig.venue.position()).size).toBe('0');
  });
});

const FINER = { ...VALUES, grid_lower_price: 99, grid_upper_price: 109, grid_num: 50 };

/** Fills the books, also what is free inside their pages: the next commit needs a new one. */
function fillBooks({ books: { db } }: Rig): void {
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  const fill = db.prepare("INSERT INTO events (at_ms, code, text) VALUES (1, 'x', ?)");
  const full = () => {
    for (;;) fill.run('x'.repeat(500));
  };
  expect(full).toThrow(/full/);
}

function makeRoom({ books: { db } }: Rig): void {
  db.pragma('max_page_count = 1000000');
}

describe('a store that cannot commit', () => {
  test('sends nothing new, says so, and goes on by itself when there is room again', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    fillBooks(rig);
    const before = await openIds(rig);
    const adjusting = desk.service.adjust(FINER, null);
    await expect.poll(() => desk.runner.degraded.join()).toContain('cannot be written');
    expect(await openIds(rig)).toEqual(before);
    makeRoom(rig);
    expect((await adjusting).converged).toBe(true);
    expect(desk.runner.degraded).toEqual([]);
    expect(desk.service.status().lower).toBe('99');
  });

  test('however long it waits for room, it does not look hung', async () => {
    const rig = rigAt(10450);
    const clock = manualClock();
    const desk = await openDesk(rig, rig.venue, clock);
    fillBooks(rig);
    const adjusting = desk.service.adjust(FINER, null);
    for (let second = 0; second < 30; second += 1) {
      await expect.poll(() => clock.pending()).toBe(1);
      clock.advance(1000);
      expect(desk.runner.turnAge()).toBeLessThanOrEqual(1000);
    }
    expect(desk.runner.degraded.join()).toContain('cannot be written');
    makeRoom(rig);
    expect((await adjusting).converged).toBe(true);
  });

  test('what may be stored later degrades it while it cannot, also when nothing trades', async () => {
    const rig = rigAt(10450);
    const { runner, bugs } = await openDesk(rig);
    runner.keep(() => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    });
    expect(runner.degraded.join()).toMatch(/disk is full.*nothing new is sent/);
    runner.keep(() => rig.books.setMeta('kept', 'yes'));
    expect(runner.degraded).toEqual([]);
    expect(bugs).toEqual([]);
  });
});

describe('adjust', () => {
  test('the same numbers change nothing', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const before = await openIds(rig);
    const answer = await desk.service.adjust(VALUES, null);
    expect(answer).toMatchObject({ unchanged: true, converged: true });
    expect(await openIds(rig)).toEqual(before);
    expect(desk.service.status().adjusted).toBe(false);
  });

  test('a dry run tells the diff and does nothing', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const before = await openIds(rig);
    const moved = { ...VALUES, grid_lower_price: 101, grid_upper_price: 111, dry_run: true };
    const answer = await desk.service.adjust(moved, null);
    expect(answer).toMatchObject({ applied: false, orders_cancelled: 1, orders_placed: 1 });
    expect(await openIds(rig)).toEqual(before);
  });

  test('a move by one step keeps the orders that stay', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const before = await openIds(rig);
    const moved = { ...VALUES, grid_lower_price: 101, grid_upper_price: 111 };
    const answer = await desk.service.adjust(moved, null);
    expect(answer).toMatchObject({ applied: true, orders_kept: 10, converged: true });
    const kept = (await openIds(rig)).filter((name) => before.includes(name));
    expect(kept.length).toBe(10);
    expect(desk.service.status()).toMatchObject({ lower: '101', upper: '111', adjusted: true });
  });

  test('a repeated Idempotency-Key changes nothing; another request with it is refused', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const moved = { ...VALUES, grid_lower_price: 101, grid_upper_price: 111 };
    const first = await desk.service.adjust(moved, 'key-1');
    const after = await openIds(rig);
    const second = await desk.service.adjust(moved, 'key-1');
    expect(second.orders_placed).toBe(first.orders_placed);
    expect(await openIds(rig)).toEqual(after);
    const other = desk.service.adjust({ ...moved, grid_num: 5 }, 'key-1');
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  });

  test('a grid that cannot earn is refused with every problem and nothing moves', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const before = await openIds(rig);
    const bad = { grid_lower_price: 104, grid_upper_price: 104.1, grid_num: 10 };
    const refused = await desk.service.adjust(bad, null).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GriddError);
    expect(refused).toMatchObject({ code: 'ADJUST_REFUSED' });
    expect(await openIds(rig)).toEqual(before);
    expect(desk.bugs).toEqual([]);
  });
});

describe('pause', () => {
  test('places nothing while paused and catches up after', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    await rig.venue.connect((event) => desk.runner.take(event));
    await desk.service.pause();
    await movePrice(rig, desk, 10250);
    expect(desk.runner.gridState).toBe('paused');
    expect((await openIds(rig)).length).toBe(9);
    expect(desk.service.levels().some(({ reason }) => reason === 'paused')).toBe(true);
    await desk.service.resume();
    await expectWhole(rig, desk, 10);
  });
});

describe('what must not look well', () => {
  test('lines that the venue refuses degrade the bot, in words, until they rest', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    // So narrow that the margin runs out before liquidation would come.
    const narrow = { grid_lower_price: 104, grid_upper_price: 105, grid_num: 10 };
    await desk.service.adjust({ ...narrow, order_quantity: '1200' }, null);
    const { state, degraded } = desk.service.status();
    expect(state).toBe('degraded');
    expect(degraded.join()).toMatch(/The venue refuses \d+ orders: insufficient margin\./);
    await desk.service.adjust(VALUES, null);
    expect(desk.service.status()).toMatchObject({ state: 'running', degraded: [] });
  });

  test('orders that only wait for the limit of requests are not called refused', () => {
    expect(unplacedText('rate_limited', 20)).toBe('20 orders wait: too many requests for now.');
    expect(unplacedText('symbol_closed', 2)).toBe('The venue refuses 2 orders: symbol closed.');
  });

  test('a range beside the price is said in the answer and in the status', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    const above = { ...VALUES, grid_lower_price: 120, grid_upper_price: 130 };
    const answer = await desk.service.adjust(above, null);
    expect(answer.warnings).toEqual(['The price 104.5 is below the range.']);
    expect(desk.service.status().warnings).toEqual(['The price 104.5 is below the range.']);
  });

  test('a run that is over is a result: adjust, pause and resume are refused', async () => {
    const rig = rigAt(10450);
    const desk = await openDesk(rig);
    await desk.runner.take({ type: 'ended', at_ms: 1 });
    const before = desk.service.status();
    const moved = { ...VALUES, grid_lower_price: 101, grid_upper_price: 111 };
    await expect(desk.service.adjust(moved, null)).rejects.toMatchObject({
      code: 'ADJUST_REFUSED',
    });
    await expect(desk.service.pause()).rejects.toMatchObject({ code: 'INSTANCE_NOT_RUNNING' });
    await expect(desk.service.resume()).rejects.toMatchObject({ code: 'INSTANCE_NOT_RUNNING' });
    expect(desk.service.status()).toMatchObject({ lower: before.lower, grid_state: 'finished' });
    expect(desk.bugs).toEqual([]);
  });
});
