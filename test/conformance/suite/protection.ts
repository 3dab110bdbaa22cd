/** Stop orders and the dead man's switch: kept by venues that declare them, refused by others. */
import { expect, it } from 'vitest';
import type { Side } from '../../../src/contract/trading.ts';
import type { TriggerRequest } from '../../../src/exchange/port.ts';
import { accept, listed, moveTo, namesOf } from '../venue-fixture.ts';
import type { Bench, BenchOf } from '../venue-fixture.ts';

function stop(b: Bench, name: string, side: Side, percent: number, count = 10): TriggerRequest {
  const trigger_price = b.at(percent);
  return { client_id: b.id(name), side, trigger_price, trigger_by: 'mark', size: b.size(count) };
}

async function acceptStop(b: Bench, trigger: TriggerRequest): Promise<void> {
  expect(await b.fixture.venue.submitTrigger(trigger)).toMatchObject({ status: 'accepted' });
  await listed(b);
}

export function stopsAreWatched(bench: BenchOf): void {
  const declared = (b: Bench) => b.fixture.venue.capabilities.trigger_orders;

  for (const [side, entry, away] of [['sell', 'buy', -2], ['buy', 'sell', 2]] as const) {
    it(`a ${side} stop waits for its price, then closes reduce-only as taker`, async () => {
      const b = bench();
      const { venue } = b.fixture;
      const trigger = stop(b, 'stop', side, away, 20);
      if (!declared(b)) {
        expect(await venue.submitTrigger(trigger)).toMatchObject({ status: 'rejected' });
        return;
      }
      await accept(b, b.order('in', entry, null));
      await acceptStop(b, trigger);
      await moveTo(b, b.at(-away));
      await moveTo(b, b.at(away / 2));
      expect(await venue.orderByClientId(b.id('stop'))).toMatchObject({
        ...{ side, price: null, status: 'open', filled: '0', reduce_only: true },
      });
      expect(await venue.openOrders()).toMatchObject([{ client_id: b.id('stop') }]);
      await moveTo(b, b.at(away * 1.5));
      expect(await venue.position()).toMatchObject({ size: '0' });
      const [, closed, ...more] = await venue.fillsSince(0);
      expect(closed).toMatchObject({ client_id: b.id('stop'), side, size: b.size(10) });
      expect(closed).toMatchObject({ maker: false });
      expect(more).toEqual([]);
      await moveTo(b, b.at(0));
      await moveTo(b, b.at(away * 2));
      expect(await venue.fillsSince(0)).toHaveLength(2);
      expect(await venue.openOrders()).toEqual([]);
    });
  }

  it('a stop is cancelled as any order, and its id is used once', async () => {
    const b = bench();
    const { venue } = b.fixture;
    if (!declared(b)) {
      expect(await venue.cancel(b.id('stop'))).toEqual({ status: 'gone' });
      return;
    }
    await accept(b, b.order('in', 'buy', null));
    await acceptStop(b, stop(b, 'stop', 'sell', -2));
    const again = await venue.submitTrigger(stop(b, 'stop', 'sell', -3));
    expect(again).toMatchObject({ reason: 'duplicate_client_id' });
    expect(await venue.submit(b.order('stop', 'buy', b.at(-1)))).toMatchObject({
      reason: 'duplicate_client_id',
    });
    expect(await venue.cancel(b.id('stop'))).toEqual({ status: 'cancelled' });
    await moveTo(b, b.at(-3));
    expect(await venue.position()).toMatchObject({ size: b.size(10) });
    expect(await venue.orderByClientId(b.id('stop'))).toMatchObject({ status: 'cancelled' });
  });

  it('a stop that finds nothing to close trades nothing and is over', async () => {
    const b = bench();
    const { venue } = b.fixture;
    if (!declared(b)) {
      expect(await venue.submitTrigger(stop(b, 'stop', 'sell', -2))).toMatchObject({
        status: 'rejected',
      });
      return;
    }
    await accept(b, b.order('in', 'buy', null));
    await acceptStop(b, stop(b, 'stop', 'sell', -2));
    await accept(b, b.order('out', 'sell', null, { size: b.size(20) }));
    await moveTo(b, b.at(-3));
    expect(await venue.position()).toMatchObject({ size: `-${b.size(10)}` });
    expect(await venue.orderByClientId(b.id('stop'))).toMatchObject({ status: 'cancelled' });
    expect(await venue.openOrders()).toEqual([]);
  });

  it('a stop survives a reopen', async () => {
    const b = bench();
    if (!declared(b)) {
      expect(await b.fixture.venue.openOrders()).toEqual([]);
      return;
    }
    await accept(b, b.order('in', 'buy', null));
    await acceptStop(b, stop(b, 'stop', 'sell', -2));
    b.fixture = await b.fixture.reopen();
    expect(namesOf(b, ['stop'], await b.fixture.venue.openOrders())).toEqual(['stop']);
    await moveTo(b, b.at(-3));
    expect(await b.fixture.venue.position()).toMatchObject({ size: '0' });
  });
}

/** Long against the time that any step of a test takes, short against a funding interval. */
const TIMEOUT_MS = 60_000;

export function deadMenAreMissed(bench: BenchOf): void {
  const declared = (b: Bench) => b.fixture.venue.capabilities.dead_man_switch;

  it('cancels what rests when the switch was not wound again in time', async () => {
    const b = bench();
    const { venue } = b.fixture;
    if (!declared(b)) {
      await expect(venue.windDeadMan(TIMEOUT_MS)).rejects.toMatchObject({ name: 'VenueFault' });
      return;
    }
    await venue.windDeadMan(TIMEOUT_MS);
    await accept(b, b.order('d1', 'buy', b.at(-2)));
    await accept(b, b.order('d2', 'sell', b.at(2)));
    await b.fixture.pass(TIMEOUT_MS / 2);
    await venue.windDeadMan(TIMEOUT_MS);
    await b.fixture.pass((TIMEOUT_MS * 3) / 4);
    expect(await venue.openOrders()).toHaveLength(2);
    await b.fixture.pass(TIMEOUT_MS / 2);
    expect(await venue.openOrders()).toEqual([]);
    const ended = await venue.orderHistory(0);
    expect(ended.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    await accept(b, b.order('d3', 'buy', b.at(-2)));
    await b.fixture.pass(2 * TIMEOUT_MS);
    expect(await venue.openOrders(), 'it fires once').toHaveLength(1);
  });

  it('a switch taken off cancels nothing, one wound survives a reopen', async () => {
    const b = bench();
    if (!declared(b)) {
      await expect(b.fixture.venue.windDeadMan(null)).rejects.toMatchObject({ name: 'VenueFault' });
      return;
    }
    await accept(b, b.order('d1', 'buy', b.at(-2)));
    await b.fixture.venue.windDeadMan(TIMEOUT_MS);
    await b.fixture.venue.windDeadMan(null);
    await b.fixture.pass(2 * TIMEOUT_MS);
    expect(await b.fixture.venue.openOrders()).toHaveLength(1);
    await b.fixture.venue.windDeadMan(TIMEOUT_MS);
    b.fixture = await b.fixture.reopen();
    expect(await b.fixture.venue.openOrders()).toHaveLength(1);
    await b.fixture.pass(2 * TIMEOUT_MS);
    expect(await b.fixture.venue.openOrders()).toEqual([]);
  });
}
