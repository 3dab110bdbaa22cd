/** What is done on the page: performed, written down until it is confirmed, asked of a supervisor. */
import { expect, test } from 'vitest';
import { AuditOutbox } from '../../src/bot/audit-outbox.ts';
import { PageWishes } from '../../src/bot/page-wishes.ts';
import type { WishDoor } from '../../src/bot/page-wishes.ts';
import { GriddError } from '../../src/contract/errors.ts';
import type { AuditNote } from '../../src/contract/history-api.ts';
import type { StopReceipt } from '../../src/contract/instance-api.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { openDesk, openRig } from './grid-rig.ts';

const ACTOR = { who: 'token', from: 'page 127.0.0.1' };
const RECEIPT: StopReceipt = {
  ...{ reason: 'stop', orders_cancelled: 3, orders_left: 0, position: '0.5', grid_profit: '1' },
  ...{ unpaired: '0', total_pnl: '1', at: '2026-01-01T00:00:00.000Z' },
};
const log = makeLogger('rig', [{ level: 'info', file: { write: () => undefined } }]);

/** Timers that ring when a test says so. */
function stoppedClock() {
  const timers: { fn: () => void; ms: number }[] = [];
  const after: Clock['after'] = (ms, fn) => {
    const timer = { fn, ms };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
  };
  const clock: Clock = Object.assign(Object.create(systemClock) as Clock, { after });
  const ring = () => timers.splice(0).forEach(({ fn }) => fn());
  return { clock, ring, timers };
}

function door() {
  const wishes: { wish: unknown; taken: (error: GriddError | null) => void }[] = [];
  const open: WishDoor = { connected: true, wish: (wish, taken) => wishes.push({ wish, taken }) };
  return { open, wishes };
}

test('actions of the page are noted with who, outcome, and the grid before and after', async () => {
  const rig = openRig(10550);
  const { service } = await openDesk(rig);
  const sent: AuditNote[] = [];
  service.outbox.follow((note) => sent.push(note));
  const actions = service.as(ACTOR);
  await actions.adjust({ grid_upper_price: 112, grid_num: 12, dry_run: true }, null);
  expect(sent).toEqual([]);
  await actions.adjust({ grid_upper_price: 112, grid_num: 12 }, null);
  await actions.pause();
  await actions.resume();
  await expect(actions.adjust({ grid_lower_price: 120 }, null)).rejects.toThrow();
  expect(sent.map(({ verb, outcome }) => `${verb} ${outcome}`)).toEqual([
    'adjust ok',
    'pause ok',
    'resume ok',
    'adjust ADJUST_REFUSED',
  ]);
  const grid = { lower: '100', upper: '110', grids: 10, quantity_per_grid: '0.5' };
  expect(sent[0]).toMatchObject({ ...ACTOR, instance: 'rig' });
  expect(JSON.parse(sent[0]?.before ?? '')).toEqual(grid);
  expect(JSON.parse(sent[0]?.after ?? '')).toEqual({ ...grid, upper: '112', grids: 12 });
  expect(sent[3]).toMatchObject({ before: null, after: null });
  // A supervisor that comes later hears all of it again, until it confirms.
  const again: AuditNote[] = [];
  const next = new AuditOutbox({ id: 'rig', books: rig.books, log });
  next.follow((note) => again.push(note));
  expect(again).toEqual(sent);
  next.confirmed(sent.slice(0, 3).map(({ mark }) => mark ?? ''));
  again.length = 0;
  next.tell();
  expect(again).toEqual(sent.slice(3));
});

test('what is asked for twice finds the state it asked for: nothing is placed or lifted again', async () => {
  const { service, runner } = await openDesk(openRig(10550));
  const actions = service.as(ACTOR);
  const resting = () => service.orders().map(({ id }) => id);
  const before = resting();
  expect(before.length).toBeGreaterThan(0);
  for (const _twice of [1, 2]) {
    await actions.pause();
    expect(runner.gridState).toBe('paused');
  }
  const paused = resting();
  await actions.resume();
  const resumed = resting();
  expect(resumed).toHaveLength(before.length);
  expect(await actions.resume()).toEqual({ was_tripped: null });
  expect([runner.gridState, resting()]).toEqual(['running', resumed]);
  expect(paused.length).toBeLessThanOrEqual(before.length);
  for (const _twice of [1, 2]) {
    expect(await actions.acceptPosition({})).toMatchObject({ difference: '0' });
  }
});

test('a disk that takes nothing keeps notes in memory', async () => {
  const rig = openRig(10550);
  const outbox = new AuditOutbox({ id: 'rig', books: rig.books, log });
  const sent: AuditNote[] = [];
  rig.books.db.pragma(`max_page_count = ${Number(rig.books.db.pragma('page_count', { simple: true }))}`);
  const entry = { at_ms: 1, verb: 'pause', outcome: 'ok', message: '', ...ACTOR };
  outbox.note({ ...entry, what: JSON.stringify({ long: 'x'.repeat(100_000) }) });
  expect(rig.books.audit.waiting()).toEqual([]);
  outbox.follow((note) => sent.push(note));
  expect(sent).toHaveLength(1);
  outbox.confirmed([sent[0]?.mark ?? '']);
  outbox.tell();
  expect(sent).toHaveLength(1);
});

test('without a supervisor a stop is refused and nothing is done', async () => {
  const { service, runner } = await openDesk(openRig(10550));
  const refused = service.as(ACTOR).stop({});
  await expect(refused).rejects.toMatchObject({
    code: 'SUPERVISOR_NOT_RUNNING',
    hint: expect.stringContaining('gridd stop rig') as string,
  });
  expect(runner.gridState).toBe('running');
});

test('a supervisor that knows no wishes is noticed within seconds', async () => {
  const { clock, ring } = stoppedClock();
  const { open, wishes } = door();
  const asked = new PageWishes('a', open, clock).ask({ verb: 'panic' });
  expect(wishes).toMatchObject([{ wish: { verb: 'panic' } }]);
  ring();
  await expect(asked).rejects.toMatchObject({ code: 'SUPERVISOR_UNREACHABLE' });
});

test('two stops get one receipt; the bot waits until both answers are out', async () => {
  const { clock } = stoppedClock();
  const { open, wishes } = door();
  const pages = new PageWishes('a', open, clock);
  const asked = [pages.ask({ verb: 'stop', on_stop: {} }), pages.ask({ verb: 'stop', on_stop: {} })];
  for (const { taken } of wishes) taken(null);
  pages.receipt(RECEIPT);
  expect(await Promise.all(asked)).toEqual([RECEIPT, RECEIPT]);
  let over = false;
  const ended = pages.allAnswered().then(() => (over = true));
  pages.answered();
  await Promise.resolve();
  expect(over).toBe(false);
  pages.answered();
  await ended;
  await pages.allAnswered();
});

test('what the supervisor refuses, at once or later, is the answer; an asker gone is not waited for', async () => {
  const { clock, ring } = stoppedClock();
  const { open, wishes } = door();
  const pages = new PageWishes('a', open, clock);
  const busy = new GriddError('INSTANCE_BUSY', 'a is being stopped with other wishes.');
  const first = pages.ask({ verb: 'stop', on_stop: { position: 'close' } });
  wishes[0]?.taken(busy);
  await expect(first).rejects.toBe(busy);
  const second = pages.ask({ verb: 'stop', on_stop: {} });
  wishes[1]?.taken(null);
  wishes[1]?.taken(busy);
  await expect(second).rejects.toBe(busy);
  const third = pages.ask({ verb: 'panic' });
  pages.failed(new GriddError('BOT_UNREACHABLE', 'it hangs'));
  await expect(third).rejects.toMatchObject({ code: 'BOT_UNREACHABLE' });
  const fourth = pages.ask({ verb: 'panic' });
  pages.receipt(RECEIPT);
  await fourth;
  const ended = pages.allAnswered();
  ring();
  await ended;
});

test('health and marks: what is known here, the same objects while nothing moves', async () => {
  const rig = openRig(10550);
  const { service, session } = await openDesk(rig);
  await session.connect();
  const health = service.page.health();
  expect(health).toMatchObject({
    ...{ venue_latency_ms: null, stream_age_ms: null, restarts: null, supervised: false },
    ...{ cpu_percent: null, venue_requests: null },
  });
  expect(health.memory_mb).toBeGreaterThan(10);
  expect(service.page.health()).toBe(health);
  const marks = service.page.marks();
  expect(service.page.marks()).toBe(marks);
  await service.pause();
  const later = service.page.marks();
  expect(later.orders).toBeGreaterThan(marks.orders);
  expect(later.fills).toBe(marks.fills);
  service.keepRecord();
});
