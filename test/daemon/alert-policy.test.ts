/** Which alerts are due: once each, in order of urgency, throttled, and nothing that lasts is lost. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StatusView } from '../../src/contract/instance-api.ts';
import { PROCESS_STATES } from '../../src/contract/instance-api.ts';
import { NOTHING_TOLD, decideAlerts } from '../../src/daemon/alert-policy.ts';
import type { AlertFacts } from '../../src/daemon/alert-policy.ts';
import { SAMPLE_STATUS } from '../web/sample-service.ts';

const LIMITS = { degraded_after_s: 60, quiet_s: 900, most_per_hour: 30 };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function facts(changes: Partial<AlertFacts> = {}, view: Partial<StatusView> = {}): AlertFacts {
  const well = { state: 'running', state_reason: 'ready', desired: 'running' } as const;
  return { id: 'a', ...well, status: { ...SAMPLE_STATUS, ...view }, ...changes };
}

/** Plays looks one after the other: what was told at each, as "kind" or "kind over". */
class Looks {
  memory = NOTHING_TOLD;
  now = 1_800_000_000_000;
  texts: string[] = [];

  readonly limits: typeof LIMITS;

  constructor(limits = LIMITS) {
    this.limits = limits;
    this.look(0, facts());
  }

  look(afterMs: number, ...fleet: AlertFacts[]): string[] {
    this.now += afterMs;
    const { memory, due } = decideAlerts(this.memory, fleet, this.limits, this.now);
    // A supervisor that is started anew goes by what was stored.
    this.memory = JSON.parse(JSON.stringify(memory)) as typeof memory;
    this.texts = due.map(({ text }) => text);
    return due.map(({ event, recovered }) => (recovered ? `${event} over` : event));
  }
}

const failed = facts({ state: 'failed', state_reason: '3 restarts within 10 minutes', status: null });
const stopped = facts({ state: 'stopped', desired: 'stopped', state_reason: 'stop', status: null });
const trip = { reason: 'max_loss', text: 'total -5 is max_loss 5 below 0' };
const near = {
  now: '97.5',
  buys_filled: '97.5',
  sells_filled: null,
  nearest_percent: '2.1',
  alarm: true,
};

describe('each kind', () => {
  test.each<[string, AlertFacts, string]>([
    ['failed', failed, '3 restarts within 10 minutes'],
    ['stopped', stopped, 'stop'],
    ['tripped', facts({}, { tripped: trip }), trip.text],
    [
      'liquidation',
      facts({}, { liquidation: near, price: '99.6' }),
      'liquidation at 97.5 is within 3 % of the price 99.6 (2.1 %)',
    ],
    ['position', facts({}, { position_differs: 'the venue holds 1' }), 'the venue holds 1'],
  ])('%s is told once, however often it is seen', (kind, wrong, text) => {
    const looks = new Looks();
    expect(looks.look(SECOND, wrong)).toEqual([kind]);
    expect(looks.texts).toEqual([text]);
    expect(looks.look(SECOND, wrong)).toEqual([]);
    expect(looks.look(HOUR, wrong)).toEqual([]);
    const over = kind === 'stopped' ? [] : [`${kind} over`];
    expect(looks.look(SECOND, facts())).toEqual(over);
    expect(looks.look(SECOND, facts())).toEqual([]);
  });

  test.each(['degraded', 'unhealthy', 'backoff'] as const)('%s is told when it lasts', (state) => {
    const looks = new Looks();
    const ill = facts({ state, state_reason: 'the stream is silent' });
    expect(looks.look(SECOND, ill)).toEqual([]);
    expect(looks.look(59 * SECOND, ill)).toEqual([]);
    expect(looks.look(SECOND, ill)).toEqual(['degraded']);
    expect(looks.texts).toEqual([`${state}: the stream is silent`]);
    expect(looks.look(SECOND, facts())).toEqual(['degraded over']);
  });

  test('what is short is told at neither end; a restart between two does not reset its age', () => {
    const looks = new Looks();
    const ill = facts({ state: 'backoff', state_reason: 'crashed' });
    looks.look(SECOND, ill);
    expect(looks.look(30 * SECOND, facts())).toEqual([]);
    looks.look(SECOND, ill);
    expect(looks.look(40 * SECOND, facts({ state: 'starting', status: null }))).toEqual([]);
    expect(looks.look(21 * SECOND, ill)).toEqual(['degraded']);
  });

  test('nobody is told that a stopped one is no longer ill; a failed one not that it starts', () => {
    const looks = new Looks();
    looks.look(SECOND, facts({ state: 'degraded' }, { tripped: trip }));
    expect(looks.look(MINUTE, facts({ state: 'degraded' }, { tripped: trip }))).toEqual(['degraded']);
    expect(looks.look(SECOND, stopped)).toEqual(['stopped']);
    looks.look(HOUR, facts());
    expect(looks.look(SECOND, failed)).toEqual(['failed']);
    expect(looks.look(SECOND, facts({ state: 'starting', status: null }))).toEqual([]);
    expect(looks.look(SECOND, facts())).toEqual(['failed over']);
  });

  test('an end of the supervisor with its bots is no stop, nor is one met stopped', () => {
    const looks = new Looks();
    expect(looks.look(SECOND, facts({ state: 'stopped', status: null }))).toEqual([]);
    const met = { ...stopped, id: 'b' };
    expect(looks.look(SECOND, met)).toEqual([]);
    expect(looks.look(SECOND, met)).toEqual([]);
    looks.look(SECOND, { ...facts(), id: 'b' });
    expect(looks.look(SECOND, met)).toEqual(['stopped']);
  });

  test('a bot that does not tell leaves what was told as it is', () => {
    const looks = new Looks();
    expect(looks.look(SECOND, facts({}, { tripped: trip }))).toEqual(['tripped']);
    expect(looks.look(SECOND, facts({ status: null }))).toEqual([]);
    expect(looks.look(SECOND, facts({}, { tripped: trip }))).toEqual([]);
    expect(looks.look(SECOND, facts())).toEqual(['tripped over']);
  });
});

describe('throttled', () => {
  test('what comes and goes is told once in quiet_s; what stays is told then', () => {
    const looks = new Looks();
    const near_ = facts({}, { liquidation: near });
    expect(looks.look(SECOND, near_)).toEqual(['liquidation']);
    expect(looks.look(SECOND, facts())).toEqual(['liquidation over']);
    for (let n = 0; n < 100; n += 1) {
      expect(looks.look(SECOND, near_)).toEqual([]);
      expect(looks.look(SECOND, facts())).toEqual([]);
    }
    expect(looks.look(SECOND, near_)).toEqual([]);
    expect(looks.look(900 * SECOND, near_)).toEqual(['liquidation']);
  });

  test('together at most most_per_hour; the last says so, the others follow in order', () => {
    const looks = new Looks({ ...LIMITS, most_per_hour: 3 });
    const fleet = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ ...failed, id }));
    expect(looks.look(SECOND, ...fleet)).toEqual(['failed', 'failed', 'failed']);
    expect(looks.texts[2]).toContain('3 alerts within an hour: the next ones wait');
    expect(looks.look(HOUR - SECOND, ...fleet)).toEqual([]);
    expect(looks.look(SECOND, ...fleet)).toEqual(['failed', 'failed']);
    expect(looks.look(HOUR, ...fleet)).toEqual([]);
  });

  test('the urgent goes first', () => {
    const looks = new Looks({ ...LIMITS, most_per_hour: 1 });
    const b = { ...facts({}, { tripped: trip }), id: 'b' };
    const c = { ...failed, id: 'c' };
    expect(looks.look(SECOND, { ...facts({}, { position_differs: 'x' }), id: 'a' }, b, c)).toEqual([
      'failed',
    ]);
  });

  test('a wall clock that is set back silences nothing', () => {
    const looks = new Looks();
    looks.look(SECOND, failed);
    looks.look(SECOND, facts());
    expect(looks.look(-10 * HOUR, failed)).toEqual(['failed']);
    const ill = facts({ state: 'degraded' });
    looks.look(SECOND, ill);
    looks.look(-HOUR, ill);
    expect(looks.look(MINUTE, ill)).toEqual(['degraded']);
  });
});

test('whatever happens: told and over take turns, and what lasts an hour has been told', () => {
  const step = fc.record({
    ms: fc.integer({ min: 500, max: 600_000 }),
    state: fc.constantFrom(...PROCESS_STATES),
    desired: fc.constantFrom('running' as const, 'stopped' as const),
    tripped: fc.boolean(),
    knows: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (script) => {
      const looks = new Looks();
      const told = new Map<string, boolean>();
      for (const { ms, state, desired, tripped, knows } of script) {
        const view = { tripped: tripped ? trip : null };
        const now = { ...facts({ state, desired }, view), ...(knows ? {} : { status: null }) };
        for (const said of looks.look(ms, now)) {
          const kind = said.replace(' over', '');
          // Kinds that are over without a word may be told again.
          if (said !== kind) expect(told.get(kind)).toBe(true);
          told.set(kind, said === kind);
        }
      }
      looks.look(SECOND, failed);
      looks.look(HOUR, failed);
      expect(looks.memory.instances['a']?.failed?.told).toBe(true);
    }),
    { numRuns: 300, verbose: true },
  );
});
