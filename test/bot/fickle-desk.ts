/** A real session on real books and a venue that misbehaves, all on one manual clock. */
import { designGrid } from '../../src/bot/plan.ts';
import { Session } from '../../src/bot/session.ts';
import type { SessionParts } from '../../src/bot/session.ts';
import { decodeState, initialState, liveOrders } from '../../src/engine/index.ts';
import type { DesignInput } from '../../src/engine/index.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { migrate, openDatabase } from '../../src/platform/sqlite.ts';
import { Books } from '../../src/store/index.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { nearestTicks } from '../../src/contract/market.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import type { ManualClock } from '../exchange/manual-clock.ts';
import { TAG, VALUES } from './grid-rig.ts';
import { fickleVenue } from './fickle-venue.ts';
import type { FickleVenue } from './fickle-venue.ts';

export interface FickleRig {
  readonly clock: ManualClock;
  readonly venue: FickleVenue;
  readonly books: Books;
  readonly logged: string[];
}

export interface FickleDesk {
  readonly session: Session;
  readonly bugs: unknown[];
}

export const START_TICKS = 10450;

export function makeRig(more: Parameters<typeof fickleVenue>[2] = {}): FickleRig {
  const clock = manualClock();
  const db = openDatabase(':memory:', 'NORMAL');
  migrate(db, MIGRATIONS);
  const venue = fickleVenue(clock, START_TICKS, more);
  return { clock, venue, books: new Books(db), logged: [] };
}

/** A session as a new process would open it; nothing is asked yet. */
export async function openSession(
  rig: FickleRig,
  values: Partial<DesignInput> = {},
  more: Partial<SessionParts> = {},
): Promise<FickleDesk> {
  const { clock, venue, books, logged } = rig;
  const market = venue.market_;
  const price = (await venue.price()).last;
  const { plan } = designGrid(market, { ...VALUES, ...values }, price, 'GRID_REFUSED');
  const stored = books.engineState();
  const bugs: unknown[] = [];
  const session = new Session({
    ...{ market, venue, books, clock, tag: TAG, bootId: 'boot' },
    log: makeLogger('fickle', [{ level: 'info', file: { write: (line) => logged.push(line) } }]),
    state: stored === null ? initialState(plan) : decodeState(stored),
    ticks: nearestTicks(market, price) ?? 0,
    strategy: () => ({ interval: 60 }),
    onBug: (error) => bugs.push(error),
    ...more,
  });
  return { session, bugs };
}

/** Opened, recovered, begun, connected. */
export async function openDesk(
  rig: FickleRig,
  values: Partial<DesignInput> = {},
  more: Partial<SessionParts> = {},
): Promise<FickleDesk> {
  const desk = await openSession(rig, values, more);
  const { session } = desk;
  await done(rig, desk, session.recover().then(() => session.begin('start')));
  await session.connect();
  return desk;
}

const STEP_MS = 100;

/**
 * Lets `ms` pass, with a tick of the session each second and everything done at each step. The
 * stream shows that it lives, unless it is `silent`.
 */
export async function pass(
  rig: FickleRig,
  desk: FickleDesk,
  ms: number,
  stream: 'lives' | 'silent' = 'lives',
): Promise<void> {
  const { session } = desk;
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    rig.clock.advance(STEP_MS);
    if (rig.clock.monotonic() % 1000 === 0) {
      if (stream === 'lives') rig.venue.tell({ type: 'alive' });
      void session.runner.run(() => session.tick()).catch(() => undefined);
    }
    await served();
  }
}

/** Lets time pass until `work` is done. */
export async function done<T>(rig: FickleRig, desk: FickleDesk, work: Promise<T>): Promise<T> {
  let ended = false;
  const mark = work.finally(() => {
    ended = true;
  });
  // Who awaits the answer hears of a failure; until then it is nobody's.
  mark.catch(() => undefined);
  await served();
  for (let step = 0; !ended && step < 6000; step += 1) await pass(rig, desk, STEP_MS);
  if (!ended) throw new Error('not done within ten minutes of the clock');
  return mark;
}

/** Everything that waits for a promise alone has gone on. */
export async function served(): Promise<void> {
  for (let k = 0; k < 3; k += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Client ids resting at the venue that no line wants, and lines with two orders. */
export function stray(rig: FickleRig, desk: FickleDesk): string[] {
  const { runner } = desk.session;
  const wanted = new Set(liveOrders(runner.state).map(({ id }) => runner.ids.of(id)));
  const resting = rig.venue.resting();
  const prices = resting.map(({ price }) => price);
  const double = prices.filter((price, at) => price !== null && prices.indexOf(price) !== at);
  const unwanted = resting.map(({ client_id }) => client_id).filter((id) => !wanted.has(id));
  return [...unwanted, ...double.map((price) => `two at ${price}`)];
}
