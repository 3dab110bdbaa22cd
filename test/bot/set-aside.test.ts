/** What is left of the grid's position beside one that was set aside, too small for an order. */
import { expect, test } from 'vitest';
import { SET_ASIDE, SetAside, venueBeside } from '../../src/bot/set-aside.ts';
import type { OrderRequest, SubmitOutcome } from '../../src/exchange/port.ts';
import { done, makeRig, openDesk, pass } from './fickle-desk.ts';

const TOO_SMALL: SubmitOutcome = {
  ...{ status: 'rejected', reason: 'below_min_notional', message: 'at least 5' },
};

/** A grid long by 0.03, beside a position of `size` on `side`, on a venue of at least 5 an order. */
async function withRemainder(side: 'buy' | 'sell', size: string) {
  const rig = makeRig({ rules: { min_notional: '5' } });
  const hand = { client_id: 'hand', side, price: null, size: '3' } as const;
  await rig.venue.submit({ ...hand, post_only: false, reduce_only: false });
  rig.books.setMeta(SET_ASIDE, size);
  const aside = SetAside.of(rig.venue.market_, rig.books);
  const desk = await openDesk(rig, {}, { venue: venueBeside(rig.venue, aside), aside });
  rig.venue.mischief.submit = (order: OrderRequest, execute) => {
    const small = order.price === null && Number(order.size) * 104 < 5;
    return small && !order.reduce_only ? TOO_SMALL : execute();
  };
  const [line] = rig.venue.resting().filter((order) => order.side === 'buy').slice(-1);
  rig.venue.fillPart(line?.client_id ?? '', 3);
  await pass(rig, desk, 3000);
  expect(desk.session.runner.figures().position_lots).toBe(3);
  return { rig, desk };
}

test('is closed reduce-only where that reduces what the venue holds', async () => {
  const { rig, desk } = await withRemainder('buy', '3');
  const receipt = await done(rig, desk, desk.session.panic());
  expect(receipt).toMatchObject({ position: '0', orders_left: 0 });
  expect(receipt.why_not_flat).toBeUndefined();
  expect((await rig.venue.position()).size).toBe('3');
});

test('elsewhere is told with what the venue said, by a panic and by a stop', async () => {
  const { rig, desk } = await withRemainder('sell', '-3');
  const receipt = await done(rig, desk, desk.session.panic());
  const said = { position: '0.03', orders_left: 0 };
  expect(receipt).toMatchObject(said);
  expect(receipt.why_not_flat).toContain('below min notional');
  const stopped = desk.session.stop({ position: 'close' });
  for (const ticks of [10451, 10452, 10453, 10454, 10455, 10456]) {
    rig.venue.move(ticks);
    await pass(rig, desk, 1000);
  }
  const second = await done(rig, desk, stopped);
  expect(second).toMatchObject(said);
  expect(second.why_not_flat).toContain('below min notional');
  expect((await rig.venue.position()).size).toBe('-2.97');
  expect(desk.bugs).toEqual([]);
});
