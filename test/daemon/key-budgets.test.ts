/** Bots of one key and their supervisor, over the real bot socket: shares are asked for and kept. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { KeyShare } from '../../src/bot/key-share.ts';
import type { SharedBudget } from '../../src/bot/key-share.ts';
import { SupervisorLink } from '../../src/bot/supervisor-link.ts';
import { OWN_SHARE } from '../../src/contract/instance-api.ts';
import { openBotLink } from '../../src/daemon/bot-link.ts';
import type { BotConnection, BotLink } from '../../src/daemon/bot-link.ts';
import { KeyBudgets } from '../../src/daemon/key-budgets.ts';
import type { KeyMember } from '../../src/daemon/key-budgets.ts';
import type { Limited } from '../../src/exchange/port.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { makeLogger } from '../../src/platform/logger.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { fickleVenue } from '../bot/fickle-venue.ts';
import { sampleRecord } from '../registry/sample-record.ts';
import { waitFor } from '../fixtures/wait-for.ts';

type Changing<T> = { -readonly [K in keyof T]: T[K] };
type Process = Changing<NonNullable<KeyMember['process']>>;

const ON_KEY: readonly SharedBudget[] = [{ of: 'requests', key: 'k' }];

/** What is open at the end of a test, and how to close it. */
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

function makeHome() {
  const folder = mkdtempSync(join(tmpdir(), 'gridd-keys-'));
  closing.push(() => rmSync(folder, { recursive: true }));
  return { folder, socket: join(folder, 'bots.sock'), endpoint: join(folder, 'endpoint.json') };
}
type TestHome = ReturnType<typeof makeHome>;

/** A supervisor of which only the line and the budgets are there. */
class Divider {
  readonly members = new Map<string, KeyMember & { process: Process | null }>();
  readonly budgets = new KeyBudgets(clock, () => [...this.members.values()]);
  #link: BotLink | null = null;

  async open(home: TestHome): Promise<this> {
    const processOf = ({ hello }: BotConnection) => this.members.get(hello.id)?.process ?? null;
    this.#link = await openBotLink(
      home.socket,
      {
        judge: ({ id }) => (this.members.has(id) ? null : 'not expected'),
        connected: (connection) => {
          const process = processOf(connection);
          if (process !== null) process.connection = connection;
        },
        message: (connection, message) => {
          const process = processOf(connection);
          if (message.type === 'beat' && process !== null) process.turnAgeMs = message.turn_age_ms;
          if (message.type === 'ready' && process !== null) process.ready = true;
          if (message.type === 'budget') this.budgets.report(connection, message);
        },
        disconnected: (connection) => {
          const process = processOf(connection);
          if (process !== null) process.connection = null;
        },
        notice: () => undefined,
      },
      clock,
    );
    writeFileSync(home.endpoint, JSON.stringify({ bot_socket: home.socket }));
    closing.push(() => this.close());
    return this;
  }

  expect(id: string, adopted = false): void {
    const facts = { adopted, external: false, generation: 1, ready: false, turnAgeMs: null };
    const process = { ...facts, connection: null };
    this.members.set(id, { id, record: sampleRecord(id), loaded: null, process });
  }

  close(): void {
    this.#link?.close();
    this.#link = null;
  }
}

/** The parts of a bot that share a key; its patience is moved by hand. */
class Sharer {
  readonly patience = manualClock();
  readonly share = new KeyShare(this.patience);
  readonly granted: (readonly [Limited | undefined, number])[] = [];
  readonly link: SupervisorLink;
  readonly begun: Promise<void>;

  constructor(home: TestHome, id: string, shared: readonly SharedBudget[] = ON_KEY) {
    this.link = new SupervisorLink({
      ...{ home: home.folder, endpointFile: home.endpoint, id, generation: 1, clock },
      log: makeLogger('bot', []),
      status: () => null,
      turnAge: () => 0,
      webPort: () => null,
      waitsFor: () => null,
      share: this.share,
      perform: () => Promise.reject(new Error('nothing is asked for')),
    });
    closing.push(() => void this.link.exiting(0, 'over'));
    this.share.onNews(() => this.link.sayBudget());
    const limits = { requests_per_minute: 2000, orders_per_minute: 1000 };
    const venue = {
      ...fickleVenue(this.patience, 15_000, limits),
      usage: () => ({ used: 0, allowed: 2000 * this.last }),
      grant: (share: number, of?: Limited) => void this.granted.push([of, share]),
    };
    this.begun = this.share.begin(venue, shared);
  }

  /** The share of requests in force; 0: none yet. */
  get last(): number {
    return this.lastOf('requests');
  }

  lastOf(limit: Limited): number {
    return this.granted.findLast(([of = limit]) => of === limit)?.[1] ?? 0;
  }
}

test('a lone bot has nearly all; a second one of its key has it give up half first', async () => {
  const home = makeHome();
  const divider = await new Divider().open(home);
  divider.expect('a');
  const a = new Sharer(home, 'a');
  await a.begun;
  expect(a.last).toBeGreaterThan(0.8);
  divider.expect('b');
  const b = new Sharer(home, 'b');
  await b.begun;
  await waitFor('half each', () => b.last > 0.35 && a.last < 0.5);
  expect(a.last + b.last).toBeLessThanOrEqual(1);
  // Another key is another budget.
  divider.expect('c');
  const c = new Sharer(home, 'c', [{ of: 'requests', key: 'other' }]);
  await c.begun;
  expect(c.last).toBeGreaterThan(0.8);
  // An end frees what it held, all but what the venue may still count.
  divider.members.delete('b');
  divider.budgets.look();
  await waitFor('a share that grew', () => a.last > 0.6);
});

test('two keys of one address share its requests, and each has its own orders', async () => {
  const home = makeHome();
  const divider = await new Divider().open(home);
  const on = (key: string) => [
    { of: 'requests', key: 'host' } as const,
    { of: 'orders', key } as const,
  ];
  divider.expect('a');
  const a = new Sharer(home, 'a', on('one'));
  await a.begun;
  divider.expect('b');
  const b = new Sharer(home, 'b', on('two'));
  await b.begun;
  await waitFor('half of the address each', () => b.last > 0.35 && a.last < 0.5);
  expect(a.last + b.last).toBeLessThanOrEqual(1);
  await waitFor('all of the orders each', () => {
    return [a, b].every((sharer) => sharer.lastOf('orders') > 0.7);
  });
  // So it stays under the next supervisor.
  divider.close();
  const next = new Divider();
  for (const id of ['a', 'b']) next.expect(id, true);
  await next.open(home);
  await waitFor('both on the line', () => {
    return ['a', 'b'].every((id) => next.members.get(id)?.process?.turnAgeMs === 0);
  });
  next.budgets.look();
  expect(a.last + b.last).toBeLessThanOrEqual(1);
  expect([a, b].every((sharer) => sharer.lastOf('orders') > 0.7)).toBe(true);
});

test('without a supervisor shares stay as they are, and a new bot takes a 32nd', async () => {
  const home = makeHome();
  const first = await new Divider().open(home);
  first.expect('a');
  const a = new Sharer(home, 'a');
  await a.begun;
  const kept = a.last;
  first.close();
  const b = new Sharer(home, 'b');
  b.patience.advance(1_500);
  await b.begun;
  expect([a.last, b.last]).toEqual([kept, OWN_SHARE]);
  // The next supervisor gives nobody more before it has heard of everyone.
  const next = new Divider();
  for (const id of ['a', 'b', 'c']) next.expect(id, true);
  await next.open(home);
  await waitFor('both on the line', () => {
    const on = (id: string) => next.members.get(id)?.process?.turnAgeMs === 0;
    return on('a') && on('b');
  });
  await waitFor('less for a', () => a.last < kept);
  expect(b.last).toBe(OWN_SHARE);
  const c = new Sharer(home, 'c', []);
  await c.begun;
  await waitFor('more for b', () => {
    next.budgets.look();
    return b.last > 0.3;
  });
  expect(a.last + b.last).toBeLessThanOrEqual(1);
});

test('an instance that is to run keeps a place free; one that failed or is on paper none', async () => {
  const home = makeHome();
  const divider = await new Divider().open(home);
  const wait = (id: string, state: 'backoff' | 'failed') => {
    const record = sampleRecord(id, { desired: 'running', state });
    divider.members.set(id, { id, record, loaded: null, process: null });
  };
  divider.expect('a');
  wait('f', 'failed');
  const a = new Sharer(home, 'a');
  await a.begun;
  const alone = a.last;
  for (let n = 0; n < 10; n += 1) wait(`w${n}`, 'backoff');
  divider.budgets.look();
  await waitFor('room for ten', () => a.last < alone);
  expect(a.last).toBe(alone - 10 * OWN_SHARE);
});
