/** Orders and cancels whose answer is missing: looked up, never guessed, never sent twice. */
import { describe, expect, test } from 'vitest';
import { VenueFault } from '../../src/exchange/port.ts';
import type { SubmitOutcome } from '../../src/exchange/port.ts';
import { START_TICKS, done, makeRig, openDesk, openSession, pass, stray } from './fickle-desk.ts';
import type { FickleDesk, FickleRig } from './fickle-desk.ts';

const LOST: SubmitOutcome = { status: 'unknown', message: 'timeout' };

function expectWhole(rig: FickleRig, desk: FickleDesk, orders: number): void {
  expect(desk.bugs).toEqual([]);
  expect(stray(rig, desk)).toEqual([]);
  expect(rig.venue.resting()).toHaveLength(orders);
  const { state, degraded } = desk.session.runner;
  expect(state.orders.map(({ status }) => status)).toEqual(Array(orders).fill('open'));
  expect(degraded).toEqual([]);
}

describe('an order without an answer', () => {
  test('that did arrive is found and rests once; nothing else happened on its line', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (_order, execute) => {
      const outcome = execute();
      return rig.venue.sent.length % 3 === 0 ? LOST : outcome;
    };
    const desk = await openDesk(rig);
    await pass(rig, desk, 20_000);
    expect(rig.venue.sent).toHaveLength(11);
    expectWhole(rig, desk, 11);
  });

  test('that never arrived is proved absent by listings asked twice, then sent anew', async () => {
    const rig = makeRig();
    const asked: number[] = [];
    rig.venue.mischief.submit = (_order, execute) => (rig.venue.sent.length === 3 ? LOST : execute());
    const desk = await openDesk(rig);
    rig.venue.mischief.question = (question) => {
      if (question === 'history') asked.push(rig.clock.monotonic());
    };
    await pass(rig, desk, 20_000);
    expect(rig.venue.sent).toHaveLength(12);
    const [lost, again] = [rig.venue.sent[2], rig.venue.sent.at(-1)];
    expect(again).toMatchObject({ price: lost?.price, side: lost?.side });
    expect(again?.client_id).not.toBe(lost?.client_id);
    const [first = 0] = asked;
    expect((asked.at(-1) ?? 0) - first).toBeGreaterThanOrEqual(500);
    expectWhole(rig, desk, 11);
  });

  test('is not absent because one question does not find it: a 404 proves nothing', async () => {
    const rig = makeRig({ listing_lag_ms: 4000 });
    rig.venue.mischief.missing = () => true;
    rig.venue.mischief.submit = (_order, execute) => {
      execute();
      return LOST;
    };
    const desk = await openDesk(rig);
    await pass(rig, desk, 300_000);
    expect(rig.venue.sent).toHaveLength(11);
    expectWhole(rig, desk, 11);
  });

  test('that was filled meanwhile is booked, though nothing told of it', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 5000);
    rig.venue.mischief.tells = ({ type }) => type === 'price';
    rig.venue.mischief.submit = (_order, execute) => {
      execute();
      return LOST;
    };
    rig.venue.move(10390);
    await pass(rig, desk, 1000);
    rig.venue.move(10450);
    await pass(rig, desk, 70_000);
    const { runner } = desk.session;
    expect(runner.figures().position_lots).toBe(Number((await rig.venue.position()).size) * 100);
    expect(rig.books.fills(10).length).toBeGreaterThan(0);
    expect(stray(rig, desk)).toEqual([]);
    expect(desk.bugs).toEqual([]);
  });

  test('used before (duplicate_client_id) is looked up, not taken for a refusal', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (_order, execute) => {
      execute();
      return execute();
    };
    const desk = await openDesk(rig);
    await pass(rig, desk, 60_000);
    expect(rig.venue.sent).toHaveLength(11);
    expectWhole(rig, desk, 11);
  });

  test('whose venue never says is told by its id, and the next comparison goes on', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = (_order, execute) => {
      if (rig.venue.sent.length !== 4) return execute();
      execute();
      return LOST;
    };
    const desk = await openDesk(rig);
    rig.venue.mischief.question = (question) => {
      if (question === 'history') throw new VenueFault('unreachable', 'timeout');
    };
    await pass(rig, desk, 120_000);
    const { runner } = desk.session;
    expect(rig.venue.sent).toHaveLength(11);
    expect(runner.degraded.join()).toMatch(/What became of order 4 is not known/);
    rig.venue.mischief.question = undefined;
    await pass(rig, desk, 70_000);
    expectWhole(rig, desk, 11);
  });

  test('holds no other line up, and a gateway that answers none is asked ever more rarely', async () => {
    const rig = makeRig();
    rig.venue.mischief.submit = () => LOST;
    const desk = await openDesk(rig);
    await pass(rig, desk, 300_000);
    expect(rig.venue.sent.length).toBeLessThan(30);
    expect(desk.session.runner.degraded.join()).toContain('leaves orders without an answer');
    rig.venue.mischief.submit = undefined;
    await pass(rig, desk, 90_000);
    expectWhole(rig, desk, 11);
  });
});

describe('a cancel without an answer', () => {
  test('is sent again where the order still rests; its fills come before its end', async () => {
    const rig = makeRig();
    const desk = await openDesk(rig);
    await pass(rig, desk, 3000);
    let lost = 0;
    rig.venue.mischief.tells = ({ type }) => type === 'price';
    rig.venue.mischief.cancel = (clientId, execute) => {
      lost += 1;
      // Half of it executes while its cancel is on its way.
      if (lost === 1) rig.venue.fillPart(clientId, 20);
      if (lost <= 3) return { status: 'unknown', message: 'timeout' };
      return execute();
    };
    const receipt = await done(rig, desk, desk.session.stop({}));
    expect(rig.venue.resting()).toEqual([]);
    expect(receipt).toMatchObject({ orders_left: 0 });
    const position = (await rig.venue.position()).size;
    expect(receipt.position).toBe(position);
    expect(Math.abs(Number(position))).toBe(0.2);
    expect(desk.bugs).toEqual([]);
  });

  test('a cancelled order whose listed fills lag is not gone before they are booked', async () => {
    const rig = makeRig({ listing_lag_ms: 3000 });
    const desk = await openDesk(rig);
    await pass(rig, desk, 10_000);
    rig.venue.mischief.tells = ({ type }) => type === 'price';
    const [victim] = rig.venue.resting();
    rig.venue.fillPart(victim?.client_id ?? '', 30);
    const { runner } = desk.session;
    const seen: number[] = [];
    const end = runner.subscribe(() => {
      const gone = !runner.state.orders.some(({ id }) => runner.ids.of(id) === victim?.client_id);
      if (gone && seen.length === 0) seen.push(Math.abs(runner.figures().position_lots));
    });
    await done(rig, desk, desk.session.stop({}));
    end();
    expect(seen).toEqual([30]);
  });
});

describe('a restart', () => {
  test('an intent that was stored and never sent is proved absent, then has a new id', async () => {
    const rig = makeRig();
    const first = await openSession(rig);
    rig.venue.mischief.submit = () => LOST;
    await done(rig, first, first.session.recover());
    // It dies within the turn that stored its intents: none is looked up by it.
    void first.session.begin('start');
    await new Promise((resolve) => setImmediate(resolve));
    await first.session.close();
    const stored = rig.books.aliveOrders().map(({ client_id }) => client_id);
    expect(stored).toHaveLength(11);
    rig.venue.sent.length = 0;
    rig.venue.mischief.submit = undefined;
    const second = await openDesk(rig);
    await pass(rig, second, 10_000);
    expect(rig.venue.sent).toHaveLength(11);
    for (const { client_id } of rig.venue.sent) expect(stored).not.toContain(client_id);
    expectWhole(rig, second, 11);
  });

  test('a stop cut off by a dead venue is ended by the next start, which then starts', async () => {
    const rig = makeRig();
    const first = await openDesk(rig);
    await pass(rig, first, 3000);
    rig.venue.mischief.question = () => {
      throw new VenueFault('unreachable', 'down');
    };
    rig.venue.mischief.cancel = () => ({ status: 'unknown', message: 'down' });
    const stop = first.session.stop({});
    await pass(rig, first, 15_000);
    expect(first.session.runner.gridState).toBe('stopping');
    // The supervisor waits no longer.
    await Promise.all([
      expect(stop).rejects.toMatchObject({ code: 'INSTANCE_BUSY' }),
      first.session.close(),
    ]);
    rig.venue.mischief.question = undefined;
    rig.venue.mischief.cancel = undefined;
    const old = rig.venue.resting().map(({ client_id }) => client_id);
    const second = await openDesk(rig);
    await pass(rig, second, 20_000);
    expect(second.session.runner.gridState).toBe('running');
    expectWhole(rig, second, 11);
    expect(rig.venue.resting().filter(({ client_id }) => old.includes(client_id))).toEqual([]);
    expect([...first.bugs, ...second.bugs]).toEqual([]);
  });

  test('between a stop and the next start nothing is placed, whatever was unsent', async () => {
    const rig = makeRig();
    const first = await openDesk(rig);
    await pass(rig, first, 3000);
    rig.venue.mischief.submit = () => LOST;
    rig.venue.move(10390);
    await pass(rig, first, 100);
    const stopping = first.session.stop({ orders: 'keep' });
    await done(rig, first, stopping);
    await first.session.close();
    rig.venue.mischief.submit = undefined;
    rig.venue.sent.length = 0;
    const second = await openSession(rig);
    await done(rig, second, second.session.recover());
    await pass(rig, second, 20_000);
    expect(rig.venue.sent).toEqual([]);
    expect(START_TICKS).toBeGreaterThan(10390);
    expect(second.bugs).toEqual([]);
  });
});
