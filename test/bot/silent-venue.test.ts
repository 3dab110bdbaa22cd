/** Cancels that a venue leaves unanswered: tried ever more rarely, and they hold nothing up. */
import { expect, test } from 'vitest';
import { VenueFault } from '../../src/exchange/port.ts';
import type { CancelOutcome, Venue } from '../../src/exchange/port.ts';
import { Silence } from '../../src/bot/silence.ts';
import { done, makeRig, openDesk, openSession, pass, served } from './fickle-desk.ts';
import type { FickleRig } from './fickle-desk.ts';

const LOST: CancelOutcome = { status: 'unknown', message: 'timeout' };
const TIMEOUT_MS = 10_000;

/** A rig whose venue takes ten seconds to say nothing to a cancel. */
function deafRig(): FickleRig {
  const rig = makeRig();
  const { clock, venue } = rig;
  const late = async (ids: readonly string[]) => {
    venue.cancels.push(...ids);
    await clock.delay(TIMEOUT_MS);
    return ids.map(() => LOST);
  };
  const deaf: Pick<Venue, 'cancel' | 'cancelBatch'> = {
    cancel: async (id) => (await late([id]))[0] ?? LOST,
    cancelBatch: late,
  };
  return { ...rig, venue: { ...venue, ...deaf } };
}

test('a panic with 100 orders at a silent venue keeps its patience and says what is left', async () => {
  const rig = deafRig();
  const desk = await openDesk(rig, { grid_num: 100 });
  await pass(rig, desk, 20_000);
  const left = rig.venue.resting().length;
  expect(left).toBeGreaterThan(90);
  const asked = rig.clock.monotonic();
  const receipt = await done(rig, desk, desk.session.panic());
  // The patience of a panic, and the one request that is under way then.
  expect(rig.clock.monotonic() - asked).toBeLessThan(20_000);
  expect(receipt).toMatchObject({ reason: 'panic', orders_left: left, orders_cancelled: 0 });
  expect(receipt.why_not_flat).toBe('The venue has not confirmed all of it yet.');
  expect(desk.bugs).toEqual([]);
});

test('what a session hears meanwhile waits for one cancel at most', async () => {
  const rig = deafRig();
  const desk = await openDesk(rig, { grid_num: 50 });
  await pass(rig, desk, 10_000);
  desk.session.stop({}).catch(() => undefined);
  await pass(rig, desk, 1000);
  const asked = rig.clock.monotonic();
  await done(rig, desk, desk.session.runner.run(() => undefined));
  expect(rig.clock.monotonic() - asked).toBeLessThan(2 * TIMEOUT_MS + 1000);
  expect(rig.venue.cancels.length).toBeLessThan(5);
  await desk.session.close();
});

test('strays that a silent venue leaves unanswered end a comparison after the first', async () => {
  const rig = makeRig();
  const first = await openDesk(rig);
  await pass(rig, first, 3000);
  await first.session.close();
  // The books forget all of them: the next comparison finds strays of ours.
  const { state } = first.session.runner;
  rig.venue.mischief.cancel = () => LOST;
  const second = await openSession(rig, {}, { state: { ...state, orders: [] } });
  await done(rig, second, second.session.recover());
  expect(rig.venue.cancels).toHaveLength(1);
});

test('pauses double from the first up to the most, and an answer ends them', () => {
  const silence = new Silence(250, 2000);
  const pauses: number[] = [];
  for (let k = 0; k < 5; k += 1) {
    silence.unanswered(1000);
    pauses.push(silence.wait(1000));
  }
  expect(pauses).toEqual([250, 500, 1000, 2000, 2000]);
  expect(silence.wait(3000)).toBe(0);
  silence.answered();
  expect([silence.missing, silence.wait(1000)]).toEqual([0, 0]);
});

test('cancels without an answer are sent again at most every two seconds, and get through', async () => {
  const rig = makeRig();
  const desk = await openDesk(rig, { grid_num: 50 });
  await pass(rig, desk, 10_000);
  rig.venue.mischief.cancel = () => LOST;
  const stopped = desk.session.stop({});
  await pass(rig, desk, 60_000);
  expect(rig.venue.cancels.length).toBeGreaterThan(20);
  expect(rig.venue.cancels.length).toBeLessThan(40);
  rig.venue.mischief.cancel = undefined;
  expect(await done(rig, desk, stopped)).toMatchObject({ orders_left: 0 });
  expect(rig.venue.resting()).toEqual([]);
});

test.each([
  ['that ends first is asked often', 'panic', 7000],
  ['that trades on is left in peace', 'start', 60_000],
] as const)('after an outage a venue of a bot %s', async (_, cause, mostMs) => {
  const rig = makeRig();
  const first = await openDesk(rig);
  await pass(rig, first, 3000);
  rig.venue.move(10290);
  await pass(rig, first, 3000);
  await first.session.close();
  const down = () => {
    throw new VenueFault('unreachable', 'no route');
  };
  const desk = await openSession(rig);
  rig.venue.mischief.question = down;
  let recovered = false;
  const { session } = desk;
  const recovery = (cause === 'panic' ? session.recoverFenced() : session.recover()).then(() => {
    recovered = true;
  });
  // Nobody ticks before a bot has recovered: time alone passes.
  const wait = async (ms: number) => {
    for (let passed = 0; passed < ms && !recovered; passed += 100) {
      rig.clock.advance(100);
      await served();
    }
  };
  await wait(75_000);
  expect(recovered).toBe(false);
  rig.venue.mischief.question = undefined;
  const back = rig.clock.monotonic();
  await wait(mostMs);
  expect(recovered).toBe(true);
  expect(rig.clock.monotonic() - back).toBeGreaterThan(cause === 'panic' ? 0 : 10_000);
  await recovery;
  await session.close();
  expect(desk.bugs).toEqual([]);
});
