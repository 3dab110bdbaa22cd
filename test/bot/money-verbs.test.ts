/** Panic, close-carry and accept-position as the bot does them, and how each says that it cannot. */
import { expect, test } from 'vitest';
import type { Venue } from '../../src/exchange/port.ts';
import { VenueFault } from '../../src/exchange/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { movePrice, openDesk, openRig } from './grid-rig.ts';
import type { Desk, Rig } from './grid-rig.ts';

async function started(venueOf: (rig: Rig) => Venue = ({ venue }) => venue) {
  const rig = openRig(10550);
  const desk = await openDesk(rig, venueOf(rig));
  await desk.session.connect();
  return { rig, desk };
}

async function withPosition(made: { rig: Rig; desk: Desk }): Promise<void> {
  await movePrice(made.rig, made.desk, 10250);
  expect(made.desk.runner.figures().position_lots).not.toBe(0);
}

/** The rig's venue with some of its answers replaced. */
function faulty(answers: (venue: Venue) => Partial<Venue>): (rig: Rig) => Venue {
  return ({ venue }) => Object.assign(Object.create(venue) as Venue, answers(venue));
}

test('a panic that the venue refuses says what was refused last', async () => {
  const made = await started(
    faulty((venue) => ({
      submit: (order) =>
        order.price === null
          ? Promise.resolve({ status: 'rejected', reason: 'symbol_closed', message: 'closed' })
          : venue.submit(order),
    })),
  );
  await withPosition(made);
  const receipt = await made.desk.session.panic();
  expect(receipt).toMatchObject({ reason: 'panic', orders_left: 0 });
  expect(receipt.position).not.toBe('0');
  expect(receipt.why_not_flat).toBe(
    'The venue refused the last order that closes: symbol closed.',
  );
  expect(made.desk.service.receipts(1, 'stop')[0]).toMatchObject(receipt);
}, 15_000);

test('a panic at a venue that answers is flat and gives no reason', async () => {
  const made = await started();
  await withPosition(made);
  const receipt = await made.desk.session.panic();
  expect(receipt).toMatchObject({ position: '0', orders_left: 0 });
  expect(receipt).not.toHaveProperty('why_not_flat');
  // What was closed by a stop is no carry; a grid that stops never closes one.
  expect(await made.desk.service.closeCarry()).toMatchObject({ carry_before: '0' });
});

test('a tripped grid keeps its carry, and says at a resume what tripped it', async () => {
  const { desk } = await started();
  const { runner, service } = desk;
  const trip = { type: 'trip', reason: 'max_loss', text: 'lost it', at_ms: 0 } as const;
  await runner.run(() => runner.apply(trip));
  expect(service.status().tripped).toEqual({ reason: 'max_loss', text: 'lost it' });
  await expect(service.closeCarry()).rejects.toMatchObject({ code: 'CARRY_REFUSED' });
  expect(await service.resume()).toEqual({ was_tripped: 'lost it' });
  expect(await service.resume()).toEqual({ was_tripped: null });
});

test('a venue that does not tell its position leaves the books as they are', async () => {
  let silent = false;
  const made = await started(
    faulty((venue) => ({
      position: () =>
        silent
          ? Promise.reject(new VenueFault('unreachable', 'no route', null))
          : venue.position(),
    })),
  );
  silent = true;
  const asked = made.desk.service.acceptPosition({});
  await expect(asked).rejects.toMatchObject({ code: 'VENUE_UNREACHABLE' });
});

test('a panic whose cancels the venue puts off stops waiting, and says what is left', async () => {
  const impatient: Clock = Object.assign(Object.create(systemClock) as Clock, {
    delay: () => systemClock.delay(50),
  });
  const rig = openRig(10550);
  const put = { status: 'rejected', reason: 'maintenance', message: 'closed for an hour' } as const;
  const venue = faulty(({ capabilities }) => ({
    // Over a network: a task does not wait for what the venue puts off.
    capabilities: { ...capabilities, lockstep: false },
    cancel: () => Promise.resolve(put),
    cancelBatch: (ids) => Promise.resolve(ids.map(() => put)),
  }))(rig);
  const desk = await openDesk(rig, venue, impatient);
  await desk.session.connect();
  const receipt = await desk.session.panic();
  expect(receipt).toMatchObject({ orders_cancelled: 0, orders_left: 11 });
  expect(receipt.why_not_flat).toBe('The venue has not confirmed all of it yet.');
});

test('a run that ends unclosed says in its receipt why', async () => {
  const made = await started(
    faulty((venue) => ({
      submit: (order) =>
        order.price === null
          ? Promise.resolve({ status: 'rejected', reason: 'symbol_closed', message: 'closed' })
          : venue.submit(order),
    })),
  );
  await withPosition(made);
  const { runner, session, service } = made.desk;
  const on_stop = { orders: 'cancel', position: 'close' } as const;
  await runner.run(() => runner.apply({ type: 'end', on_stop, reason: 'duration', at_ms: 1 }));
  // Each further price is one more attempt.
  for (let k = 1; k <= 5; k += 1) await movePrice(made.rig, made.desk, 10250 + k);
  expect(runner.gridState).toBe('finished');
  await session.writeEndReceipt();
  const [receipt] = service.receipts(1, 'stop');
  expect(receipt).toMatchObject({ kind: 'end', reason: 'duration', orders_left: 0 });
  expect(receipt?.why_not_flat).toBe(
    'The venue refused the last order that closes: symbol closed.',
  );
});

test('an end that was to keep the position owes no reason for it', async () => {
  const made = await started();
  await withPosition(made);
  const { runner, session, service } = made.desk;
  const on_stop = { orders: 'cancel', position: 'keep' } as const;
  await runner.run(() => runner.apply({ type: 'end', on_stop, reason: 'duration', at_ms: 1 }));
  await session.writeEndReceipt();
  const [receipt] = service.receipts(1, 'stop');
  expect(receipt?.position).not.toBe('0');
  expect(receipt).not.toHaveProperty('why_not_flat');
});

test.each(['pause', 'trip'] as const)('a dry run while it holds back (%s) shows a resume', async (how) => {
  const { desk } = await started();
  const { runner, service } = desk;
  const wish = { grid_lower_price: 101, grid_upper_price: 111 };
  const free = await service.adjust({ ...wish, dry_run: true }, null);
  expect(free.orders_placed).toBeGreaterThan(0);
  const event = how === 'pause' ? { type: how } : { type: how, reason: 'max_loss', text: 'lost' };
  await runner.run(() => runner.apply({ ...event, at_ms: 1 }));
  const held = await service.adjust({ ...wish, dry_run: true }, null);
  expect(held.orders_placed).toBeGreaterThanOrEqual(free.orders_placed);
  const word = how === 'pause' ? 'paused' : 'tripped';
  const told = `The grid is ${word}: orders to be placed wait for \`gridd resume rig\`.`;
  expect(held.warnings).toEqual([told]);
  expect(free.warnings).toEqual([]);
});
