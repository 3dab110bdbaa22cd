/**
 * The stop-loss that the venue watches as well: in step with the position, never missing for longer
 * than a request takes, booked once and the end of the run when it fires, whoever saw the price
 * first.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SubmitOutcome } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { SET_ASIDE, SetAside, venueBeside } from '../../src/bot/set-aside.ts';
import { done, makeRig, openDesk, openSession, pass, stray } from './fickle-desk.ts';
import type { FickleDesk, FickleRig } from './fickle-desk.ts';
import { movePrice, openDesk as openPaperDesk, openRig } from './grid-rig.ts';

const STOP = { stop_loss_price: 95 };
const WATCHED = { venueStops: true };
const LOST: SubmitOutcome = { status: 'unknown', message: 'timeout' };

function fickle() {
  return makeRig({ trigger_orders: true });
}

/** Stop orders that wait at the venue: size and side. */
function waiting({ venue }: FickleRig): string[] {
  return venue
    .resting()
    .filter(({ price }) => price === null)
    .map(({ side, size }) => `${side} ${size}`);
}

async function settled(rig: FickleRig, desk: FickleDesk): Promise<void> {
  await pass(rig, desk, 6000);
  expect(stray(rig, desk)).toEqual([]);
  expect(desk.session.runner.degraded).toEqual([]);
  expect(desk.bugs).toEqual([]);
}

describe('in step with the position', () => {
  test('its size follows every fill; the next one rests before the last is cancelled', async () => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    await settled(rig, desk);
    expect(waiting(rig)).toEqual([]);
    const bare: string[] = [];
    rig.venue.mischief.cancel = (clientId, execute) => {
      const outcome = execute();
      if (waiting(rig).length === 0) bare.push(clientId);
      return outcome;
    };
    const sizes: string[][] = [];
    for (const ticks of [10390, 10190, 10290, 10090]) {
      rig.venue.move(ticks);
      await settled(rig, desk);
      sizes.push(waiting(rig));
    }
    expect(sizes).toEqual([['sell 0.5'], ['sell 1.5'], ['sell 1.5'], ['sell 2']]);
    expect(bare).toEqual([]);
    for (const { trigger_price, trigger_by } of rig.venue.triggers) {
      expect([trigger_price, trigger_by]).toEqual(['95', 'last']);
    }
    rig.venue.mischief.cancel = undefined;
    rig.venue.move(10510);
    await settled(rig, desk);
    expect(waiting(rig)).toEqual([]);
  });

  test('a position that the level cannot hurt has none, nor has a grid without the wish', async () => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10610);
    await settled(rig, desk);
    expect(desk.session.runner.figures().position_lots).toBeLessThan(0);
    expect(rig.venue.triggers).toEqual([]);
    const plain = fickle();
    const other = await openDesk(plain, STOP, {});
    plain.venue.move(10190);
    await settled(plain, other);
    expect(plain.venue.triggers).toEqual([]);
  });

  test('none while a position is set aside, at once when that became the grid’s', async () => {
    const rig = fickle();
    const hand = { client_id: 'hand', side: 'buy', price: null, size: '3' } as const;
    await rig.venue.submit({ ...hand, post_only: false, reduce_only: false });
    rig.books.setMeta(SET_ASIDE, '3');
    const aside = SetAside.of(rig.venue.market_, rig.books);
    const beside = { venue: venueBeside(rig.venue, aside), aside };
    const desk = await openDesk(rig, STOP, { ...WATCHED, ...beside });
    rig.venue.move(10390);
    await settled(rig, desk);
    expect(waiting(rig)).toEqual([]);
    await done(rig, desk, desk.session.acceptPosition(true));
    await settled(rig, desk);
    expect(waiting(rig)).toEqual([]);
    await done(rig, desk, desk.session.acceptPosition(false));
    await settled(rig, desk);
    expect(waiting(rig)).toEqual(['sell 3.5']);
  });

  test('a venue that takes no second one has the first cancelled before the next', async () => {
    const rig = fickle();
    rig.venue.mischief.trigger = (_order, execute) => {
      if (waiting(rig).length === 0) return execute();
      return { status: 'rejected', reason: 'reduce_only_would_increase', message: 'too much' };
    };
    const desk = await openDesk(rig, STOP, WATCHED);
    for (const [ticks, size] of [[10390, 'sell 0.5'], [10190, 'sell 1.5'], [10090, 'sell 2']] as const) {
      rig.venue.move(ticks);
      await settled(rig, desk);
      expect(waiting(rig)).toEqual([size]);
    }
  });

  test('one that the venue refuses is told, not sent in a loop, and comes with the price', async () => {
    const rig = fickle();
    rig.venue.mischief.trigger = () => {
      return { status: 'rejected', reason: 'permission', message: 'no stops for you' };
    };
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await pass(rig, desk, 130_000);
    expect(rig.venue.triggers.length).toBeLessThan(3);
    expect(desk.session.runner.state.stop_hold).toMatchObject({ reason: 'permission' });
    rig.venue.mischief.trigger = undefined;
    rig.venue.move(10190);
    await settled(rig, desk);
    expect(waiting(rig)).toEqual(['sell 1.5']);
    expect(desk.session.runner.state.stop_hold).toBeNull();
  });
});

describe('recovery', () => {
  test('one that the venue cancelled with everything else comes back with the orders', async () => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, desk);
    // As a dead man's switch that takes stop orders along; nobody tells.
    for (const { client_id } of rig.venue.resting()) await rig.venue.cancel(client_id);
    expect(waiting(rig)).toEqual([]);
    await pass(rig, desk, 70_000);
    rig.venue.move(10280);
    await settled(rig, desk);
    expect(waiting(rig)).toEqual(['sell 1']);
    expect(rig.venue.resting()).toHaveLength(11);
  });

  test('one whose answer is lost is looked up; one that never came is sent under a new id', async () => {
    const rig = fickle();
    let asked = 0;
    rig.venue.mischief.trigger = (_order, execute) => {
      asked += 1;
      if (asked === 1) execute();
      return asked <= 2 ? LOST : execute();
    };
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10390);
    await settled(rig, desk);
    expect(rig.venue.triggers).toHaveLength(1);
    expect(waiting(rig)).toEqual(['sell 0.5']);
    rig.venue.move(10290);
    await settled(rig, desk);
    expect(waiting(rig)).toEqual(['sell 1']);
    expect(rig.venue.triggers).toHaveLength(3);
    const ids = rig.venue.triggers.map(({ client_id }) => client_id);
    expect(new Set(ids).size).toBe(3);
  });

  test('a new process keeps the one that waits', async () => {
    const rig = fickle();
    const first = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, first);
    await first.session.close();
    const sent = rig.venue.triggers.length;
    const second = await openDesk(rig, STOP, WATCHED);
    await settled(rig, second);
    expect(rig.venue.triggers).toHaveLength(sent);
    expect(waiting(rig)).toEqual(['sell 1']);
  });

  test('one that fired while no bot ran is booked at the start and has ended the run', async () => {
    const rig = fickle();
    const first = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, first);
    await first.session.close();
    rig.venue.move(9490);
    expect(Number((await rig.venue.position()).size)).not.toBe(1);
    const second = await openSession(rig, STOP, WATCHED);
    await done(rig, second, second.session.recover());
    await second.session.connect();
    await pass(rig, second, 20_000);
    expectEnded(rig, second);
    expect((await rig.venue.position()).size).toBe('0');
  });
});

/** The run is over by its stop-loss, flat, and nothing of it waits any more. */
function expectEnded(rig: FickleRig, desk: FickleDesk): void {
  const { runner } = desk.session;
  expect(runner.gridState).toBe('finished');
  expect(runner.figures().position_lots).toBe(0);
  expect(rig.venue.resting()).toEqual([]);
  expect(rig.books.meta('ending_reason')).toBe('stop_loss');
  expect(desk.bugs).toEqual([]);
}

describe('when it fires', () => {
  test('its fill ends the run, though the bot heard of no such price', async () => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, desk);
    rig.venue.mischief.tells = ({ type }) => type !== 'price';
    rig.venue.move(9490);
    await pass(rig, desk, 20_000);
    expectEnded(rig, desk);
    const closing = rig.books.fills(50).filter(({ cycle_profit, gap }) => gap === null && cycle_profit === null);
    expect(closing.length).toBeGreaterThan(0);
  });

  test('and the price is heard at the same time, the position is closed once', async () => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, desk);
    // Its fill comes late: the bot acts on the price, and finds it when it cancels.
    rig.venue.mischief.tells = ({ type }) => type !== 'fill' && type !== 'order';
    rig.venue.move(9490);
    await pass(rig, desk, 30_000);
    expectEnded(rig, desk);
    expect((await rig.venue.position()).size).toBe('0');
    await desk.session.writeEndReceipt();
    expect(desk.session.runner.state.run.number).toBe(1);
  });

  test('during a stop that keeps the position, the rest is closed and the run is over', async () => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, desk);
    rig.venue.mischief.cancel = () => ({ status: 'unknown', message: 'timeout' });
    const stopping = desk.session.stop({});
    await pass(rig, desk, 1000);
    rig.venue.move(9490);
    rig.venue.mischief.cancel = undefined;
    await done(rig, desk, stopping);
    expectEnded(rig, desk);
  });
});

describe('the end', () => {
  test.each(['stop', 'panic'] as const)('%s leaves none; one kept with the orders comes back', async (how) => {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, desk);
    await done(rig, desk, desk.session.stop({ orders: 'keep' }));
    expect(waiting(rig)).toEqual(['sell 1']);
    await done(rig, desk, desk.session.begin('start'));
    await settled(rig, desk);
    expect(waiting(rig)).toEqual(['sell 1']);
    const receipt = await done(rig, desk, desk.session[how === 'stop' ? 'stop' : 'panic']({}));
    expect(receipt).toMatchObject({ orders_left: 0 });
    expect(rig.venue.resting()).toEqual([]);
    expect((await rig.venue.position()).size).toBe(how === 'stop' ? '1' : '0');
  });
});

describe('a panic whose cancels the venue does not answer', () => {
  async function panicking() {
    const rig = fickle();
    const desk = await openDesk(rig, STOP, WATCHED);
    rig.venue.move(10290);
    await settled(rig, desk);
    const [line] = rig.venue.resting().filter(({ price }) => price !== null);
    rig.venue.mischief.cancel = (clientId, execute) => {
      return clientId === line?.client_id ? { status: 'unknown', message: 'timeout' } : execute();
    };
    const panic = desk.session.panic();
    await pass(rig, desk, 3000);
    expect(rig.venue.resting()).toHaveLength(2);
    expect(waiting(rig)).toEqual(['sell 1']);
    return { rig, desk, panic };
  }

  test('leaves the stop until nothing else rests, then closes', async () => {
    const { rig, desk, panic } = await panicking();
    rig.venue.mischief.cancel = undefined;
    const receipt = await done(rig, desk, panic);
    expect(receipt).toMatchObject({ orders_cancelled: 11, orders_left: 0, position: '0' });
    expect(rig.venue.resting()).toEqual([]);
    expect((await rig.venue.position()).size).toBe('0');
    expect(desk.bugs).toEqual([]);
  });

  test('is flat by the stop that fires meanwhile, and ends once', async () => {
    const { rig, desk, panic } = await panicking();
    rig.venue.mischief.tells = ({ type }) => type !== 'price';
    rig.venue.move(9490);
    await pass(rig, desk, 1000);
    rig.venue.mischief.cancel = undefined;
    const receipt = await done(rig, desk, panic);
    expect(receipt).toMatchObject({ orders_left: 0, position: '0' });
    expect(rig.venue.resting()).toEqual([]);
    expect((await rig.venue.position()).size).toBe('0');
    expect(rig.books.fills(50).filter(({ side }) => side === 'sell')).toHaveLength(2);
    expect(desk.bugs).toEqual([]);
  });
});

describe('on the paper venue', () => {
  async function open() {
    const rig = openRig(10450);
    onTestFinished(async () => {
      await rig.venue.close();
      rig.books.close();
    });
    const desk = await openPaperDesk(rig, rig.venue, systemClock, { ...WATCHED, values: STOP });
    await desk.session.connect();
    return { rig, desk };
  }

  test('it follows the position and closes it at the level; figures agree to the last digit', async () => {
    const { rig, desk } = await open();
    await movePrice(rig, desk, 10250);
    const stops = (await rig.venue.openOrders()).filter(({ price }) => price === null);
    expect(stops).toMatchObject([{ side: 'sell', size: '1', reduce_only: true }]);
    rig.path.push(9400);
    await desk.runner.untilGridState(['finished']);
    await desk.session.writeEndReceipt();
    const [receipt] = desk.service.receipts(1, 'stop');
    expect(receipt).toMatchObject({ kind: 'end', reason: 'stop_loss', position: '0' });
    expect(receipt?.period).toMatchObject({ difference: '0' });
    const [last] = rig.books.fills(1);
    expect(last).toMatchObject({ side: 'sell', price: '95' });
    expect(await rig.venue.openOrders()).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('without the wish nothing waits there, and the grid closes by itself', async () => {
    const rig = openRig(10450);
    const desk = await openPaperDesk(rig, rig.venue, systemClock, { values: STOP });
    await desk.session.connect();
    rig.path.push(9400);
    await desk.runner.untilGridState(['finished']);
    const closed = rig.books.fills(1)[0];
    expect(closed).toMatchObject({ side: 'sell', price: '94' });
    await rig.venue.close();
    rig.books.close();
  });
});
