/** The dead man's switch on the paper venue: wound while all is well, off where it would do harm. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { BudgetHeld, VenueFault } from '../../src/exchange/port.ts';
import type { Venue } from '../../src/exchange/port.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';
import { served } from './fickle-desk.ts';
import { openDesk, openRig } from './grid-rig.ts';
import type { Desk, Rig } from './grid-rig.ts';

const TIMEOUT_MS = 30_000;
const STEP_MS = 250;

interface Watched {
  readonly rig: Rig;
  readonly clock: ManualClock;
  readonly venue: Venue;
  /** What the switch was wound to, in order. */
  readonly wound: (number | null)[];
  wish: number | null;
  fault: VenueFault | null;
}

function watched(): Watched {
  const clock = manualClock();
  const rig = openRig(10450, { speed: 1, clock });
  onTestFinished(async () => {
    await rig.venue.close();
    rig.books.close();
  });
  const wound: (number | null)[] = [];
  const made: Watched = {
    ...{ rig, clock, wound, wish: TIMEOUT_MS, fault: null },
    venue: {
      ...rig.venue,
      windDeadMan: async (timeoutMs) => {
        if (made.fault !== null) throw made.fault;
        wound.push(timeoutMs);
        await rig.venue.windDeadMan(timeoutMs);
      },
    },
  };
  return made;
}

async function open(made: Watched): Promise<Desk> {
  const deadManMs = () => made.wish;
  const desk = await openDesk(made.rig, made.venue, made.clock, { deadManMs });
  await desk.session.connect();
  return desk;
}

/** Lets market and bot go on; without `ticks` the bot hangs. */
async function pass(made: Watched, desk: Desk, ms: number, ticks = true): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    made.clock.advance(STEP_MS);
    await served();
    if (!ticks || made.clock.monotonic() % 1000 !== 0) continue;
    await desk.runner.run(() => desk.session.tick());
  }
}

async function resting({ rig }: Watched): Promise<number> {
  return (await rig.venue.openOrders()).length;
}

async function placeForeign({ rig }: Watched): Promise<void> {
  const kind = { post_only: true, reduce_only: false } as const;
  const order = { client_id: 'other-1', side: 'buy', price: '90', size: '0.5', ...kind } as const;
  expect((await rig.venue.submit(order)).status).toBe('accepted');
}

test('wound on ticks nothing is cancelled; a bot that hangs loses its orders, and they come back', async () => {
  const made = watched();
  const desk = await open(made);
  await pass(made, desk, 4 * TIMEOUT_MS);
  expect(await resting(made)).toBe(11);
  expect(made.wound.length).toBeGreaterThan(8);
  expect(new Set(made.wound)).toEqual(new Set([TIMEOUT_MS]));
  await pass(made, desk, TIMEOUT_MS + 10_000, false);
  expect(await resting(made)).toBe(0);
  made.rig.path.push(10460);
  await pass(made, desk, 70_000);
  expect(await resting(made)).toBe(11);
  expect(desk.service.status().degraded).toEqual([]);
  expect(desk.bugs).toEqual([]);
});

describe('it is off', () => {
  test('while an order that is not ours rests, and on again when that is gone', async () => {
    const made = watched();
    await placeForeign(made);
    const desk = await open(made);
    await pass(made, desk, TIMEOUT_MS);
    expect(made.wound).toEqual([]);
    expect(desk.service.status().degraded.join()).toContain('not ours rest on the symbol (other-1)');
    await made.rig.venue.cancel('other-1');
    await pass(made, desk, TIMEOUT_MS);
    expect(made.wound.length).toBeGreaterThan(1);
    expect(desk.service.status().degraded).toEqual([]);
    await placeForeign({ ...made, rig: { ...made.rig, venue: renamed(made.rig.venue) } });
    await pass(made, desk, TIMEOUT_MS);
    expect(made.wound.at(-1)).toBeNull();
    await pass(made, desk, 3 * TIMEOUT_MS, false);
    expect(await resting(made)).toBe(12);
  });

  test('after a stop that keeps the orders, and after an end that was asked for', async () => {
    const made = watched();
    const desk = await open(made);
    await pass(made, desk, 5000);
    expect(made.wound.at(-1)).toBe(TIMEOUT_MS);
    await desk.session.stop({ orders: 'keep' });
    expect(made.wound.at(-1)).toBeNull();
    await pass(made, desk, 3 * TIMEOUT_MS, false);
    expect(await resting(made)).toBe(11);
    await desk.session.begin('start');
    await pass(made, desk, 5000);
    expect(made.wound.at(-1)).toBe(TIMEOUT_MS);
    await desk.session.close();
    expect(made.wound.at(-1)).toBeNull();
  });

  test('when it is wanted no more, though an earlier process wound it', async () => {
    const made = watched();
    const first = await open(made);
    await pass(made, first, 5000);
    expect(made.wound).toEqual([TIMEOUT_MS]);
    // It dies: nobody takes it off.
    made.wish = null;
    const next = await openDesk(made.rig, made.venue, made.clock, { deadManMs: () => made.wish });
    await pass(made, next, 30_000);
    expect(made.wound).toEqual([TIMEOUT_MS, null]);
    expect(await resting(made)).toBe(11);
  });

  test('where the venue has none: said once', async () => {
    const made = watched();
    const { capabilities } = made.venue;
    const venue = { ...made.venue, capabilities: { ...capabilities, dead_man_switch: false } };
    const desk = await open({ ...made, venue, wish: TIMEOUT_MS });
    await pass(made, desk, 10_000);
    expect(made.wound).toEqual([]);
    expect(made.rig.logged.join('').match(/dead_man_s has no effect/g)).toHaveLength(1);
  });
});

describe('while our budget lets nobody look for orders of others', () => {
  test('a timer that runs is wound on, and the look comes when it may', async () => {
    const made = watched();
    let heldMs: number | null = null;
    let looks = 0;
    const openOrders = async () => {
      looks += 1;
      if (heldMs !== null) throw new BudgetHeld(heldMs);
      return made.rig.venue.openOrders();
    };
    const desk = await open({ ...made, wish: TIMEOUT_MS, venue: { ...made.venue, openOrders } });
    await pass(made, desk, 5000);
    await placeForeign(made);
    const before = made.wound.length;
    heldMs = 15_000;
    looks = 0;
    await pass(made, desk, 2 * TIMEOUT_MS);
    // In the pace of the timer, whatever the look waits for.
    const wound = made.wound.slice(before);
    expect(wound.length).toBeGreaterThanOrEqual(5);
    expect(wound.length).toBeLessThanOrEqual(7);
    expect(new Set(wound)).toEqual(new Set([TIMEOUT_MS]));
    expect(looks).toBeLessThan(20);
    heldMs = null;
    await pass(made, desk, 15_000);
    expect(made.wound.at(-1)).toBeNull();
    expect(desk.service.status().degraded.join()).toContain('(other-1)');
  });

  test('none is begun', async () => {
    const made = watched();
    const desk = await open(made);
    const openOrders = made.rig.venue.openOrders;
    Object.assign(desk.runner.venue, { openOrders: () => Promise.reject(new BudgetHeld(5000)) });
    await pass(made, desk, 20_000);
    expect(made.wound).toEqual([]);
    Object.assign(desk.runner.venue, { openOrders });
    await pass(made, desk, 10_000);
    expect(made.wound.at(-1)).toBe(TIMEOUT_MS);
  });
});

test('a venue that does not take it is told, tried again, and holds nothing else up', async () => {
  const made = watched();
  made.fault = new VenueFault('unreachable', 'timeout');
  const desk = await open(made);
  await pass(made, desk, 10_000);
  expect(desk.service.status().degraded.join()).toContain("switch cannot be set: timeout");
  expect(await resting(made)).toBe(11);
  made.fault = null;
  await pass(made, desk, 10_000);
  expect(made.wound.at(-1)).toBe(TIMEOUT_MS);
  expect(desk.service.status().degraded).toEqual([]);
  made.fault = new VenueFault('unreachable', 'timeout');
  const closed = desk.session.close();
  await pass(made, desk, 3000, false);
  await closed;
  expect(desk.bugs).toEqual([]);
});

describe('a bot that ends leaves it off', () => {
  test('though one tick is on its way to wind it and another waits', async () => {
    const made = watched();
    const gate = closedGate();
    let held = false;
    const openOrders = async () => {
      const open = await made.rig.venue.openOrders();
      if (held) await gate.opened;
      return open;
    };
    const desk = await open({ ...made, venue: { ...made.venue, openOrders } });
    await pass(made, desk, 5000);
    held = true;
    made.clock.advance(TIMEOUT_MS / 2);
    const tick = () => desk.runner.run(() => desk.session.tick()).catch(() => undefined);
    const ticks = [tick(), tick()];
    await served();
    const closed = desk.session.close();
    await served();
    expect(made.wound.at(-1)).toBeNull();
    gate.open();
    await Promise.all([...ticks, closed]);
    expect(made.wound.at(-1)).toBeNull();
    expect(desk.bugs).toEqual([]);
  });

  test('though it is just being wound: the last word is that it is off', async () => {
    const made = watched();
    const gate = closedGate();
    let held = false;
    const windDeadMan = async (timeoutMs: number | null) => {
      if (held && timeoutMs !== null) await gate.opened;
      await made.venue.windDeadMan(timeoutMs);
    };
    const desk = await open({ ...made, wish: TIMEOUT_MS, venue: { ...made.venue, windDeadMan } });
    await pass(made, desk, 5000);
    const before = made.wound.length;
    held = true;
    made.clock.advance(TIMEOUT_MS / 2);
    const tick = desk.runner.run(() => desk.session.tick()).catch(() => undefined);
    await served();
    const closed = desk.session.close();
    await served();
    gate.open();
    await Promise.all([tick, closed]);
    expect(made.wound.slice(before)).toEqual([TIMEOUT_MS, null]);
  });

  test('though the request that winds it is never answered', async () => {
    const made = watched();
    const gate = closedGate();
    let held = false;
    const windDeadMan = async (timeoutMs: number | null) => {
      await made.venue.windDeadMan(timeoutMs);
      if (held && timeoutMs !== null) await gate.opened;
    };
    const desk = await open({ ...made, wish: TIMEOUT_MS, venue: { ...made.venue, windDeadMan } });
    await pass(made, desk, 5000);
    held = true;
    made.clock.advance(TIMEOUT_MS / 2);
    const tick = desk.runner.run(() => desk.session.tick()).catch(() => undefined);
    await served();
    const closed = desk.session.close();
    await pass(made, desk, 2000, false);
    expect(made.wound.at(-1)).toBeNull();
    gate.open();
    await Promise.all([tick, closed]);
  });

  test('though the venue takes that only when it is asked again', async () => {
    const made = watched();
    const desk = await open(made);
    await pass(made, desk, 5000);
    made.fault = new VenueFault('unreachable', 'timeout');
    const closed = desk.session.close();
    await pass(made, desk, 1000, false);
    expect(made.wound.at(-1)).toBe(TIMEOUT_MS);
    made.fault = null;
    await pass(made, desk, 500, false);
    await closed;
    expect(made.wound.at(-1)).toBeNull();
  });
});

/** What waits for it goes on when it is opened. */
function closedGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** The venue for a second order of the stranger, whose first name is used. */
function renamed(venue: Venue): Venue {
  return { ...venue, submit: (order) => venue.submit({ ...order, client_id: 'other-2' }) };
}
