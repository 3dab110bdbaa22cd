/** No nonce is given twice, none is ahead of the venue, whatever clocks and restarts do. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VenueFault } from '../../../src/exchange/port.ts';
import { VenueTime } from '../../../src/exchange/aster/venue-time.ts';
import { manualClock } from '../manual-clock.ts';

/** A venue that judges nonces as documented: unique, near its clock, not below its last hundred. */
class NonceJudge {
  readonly seen: number[] = [];
  accepts(nonce: string, venueMs: number): string | null {
    const micros = Number(nonce);
    if (!Number.isSafeInteger(micros)) return 'no number';
    if (this.seen.includes(micros)) return 'met before';
    if (Math.abs(micros / 1000 - venueMs) > 10_000) return 'too far from the clock';
    const kept = [...this.seen].sort((a, b) => a - b).slice(-100);
    if (kept.length === 100 && micros < (kept[0] ?? 0)) return 'expired';
    this.seen.push(micros);
    return null;
  }
}

/**
 * `pass`: time goes on; `wall`: the wall clock jumps, `leap`: the monotonic clock, forward;
 * `sleep`: it stands still as the machine sleeps; `restart`: the process, after a while.
 */
type StepName = 'pass' | 'wall' | 'leap' | 'sleep' | 'restart' | 'burst';
type Step = { readonly do: StepName; readonly by: number };

function stepOf(what: StepName, min: number, max: number): fc.Arbitrary<Step> {
  return fc.double({ min, max, noNaN: true }).map((by) => ({ do: what, by }));
}

const step = fc.oneof(
  { weight: 4, arbitrary: stepOf('burst', 1, 40) },
  { weight: 3, arbitrary: stepOf('pass', 0, 900_000) },
  { weight: 1, arbitrary: stepOf('restart', 2, 5000) },
  { weight: 1, arbitrary: stepOf('wall', -30_000, 30_000) },
  { weight: 1, arbitrary: stepOf('sleep', 0, 3_600_000) },
  // Within its window the venue takes what is ahead of it, and nobody notices.
  { weight: 1, arbitrary: stepOf('leap', 20_000, 3_600_000) },
);

describe('stamps', () => {
  it('are accepted over bursts, skewed and stepping clocks, sleeps and restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: -30_000, max: 30_000 }),
        fc.double({ min: 0, max: 400, noNaN: true }),
        async (steps, skew, latency) => {
          const judge = new NonceJudge();
          let venueMs = 1_764_000_000_000;
          let monotonic = 0;
          let wall = venueMs + skew;
          const pass = (ms: number): void => {
            venueMs += ms;
            monotonic += ms;
            wall += ms;
          };
          const open = (): VenueTime => {
            monotonic = 0;
            const clock = { ...manualClock(), now: () => wall, monotonic: () => monotonic };
            return new VenueTime(clock, async () => {
              const said = Math.floor(venueMs);
              pass(latency);
              return said;
            });
          };
          let time = open();
          let leapt = false;
          const send = async (): Promise<string | null> => {
            await time.ready();
            return judge.accepts(time.nonce(), venueMs);
          };
          for (const each of steps) {
            if (each.do === 'pass') pass(each.by);
            if (each.do === 'wall') wall += each.by;
            if (each.do === 'sleep') venueMs += each.by;
            if (each.do === 'leap') monotonic += each.by;
            leapt ||= each.do === 'leap';
            if (each.do === 'restart') {
              pass(each.by);
              time = open();
            }
            const count = each.do === 'burst' ? Math.round(each.by) : 1;
            for (let k = 0; k < count; k += 1) {
              let verdict = await send();
              if (verdict === 'too far from the clock' || verdict === 'expired') {
                time.distrust();
                verdict = await send();
              }
              expect(verdict).toBeNull();
              if (!leapt) expect(Number(judge.seen.at(-1)) / 1000).toBeLessThan(venueMs + 1);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('differ though ten thousand are taken in one microsecond', async () => {
    const time = new VenueTime(manualClock(), async () => 1_764_000_000_000);
    await time.ready();
    const nonces = Array.from({ length: 10_000 }, () => time.nonce());
    expect(new Set(nonces).size).toBe(10_000);
    expect(Number(nonces.at(-1)) - Number(nonces[0])).toBe(9999);
  });

  it('go by what the venue said last; nonces and what it is asked for never go back', async () => {
    const clock = manualClock();
    const answers = [5000, 4000, 6500];
    const time = new VenueTime(clock, async () => answers.shift() ?? 0);
    expect(await time.now()).toBe(5000);
    const first = Number(time.nonce());
    expect(await time.now()).toBe(5000);
    expect(Number(time.nonce())).toBeGreaterThan(first);
    expect(time.timestamp()).toBe('4000');
    expect(await time.now()).toBe(6500);
    expect(time.timestamp()).toBe('6500');
  });

  it('are measured anew beside the requests when the measurement is old', async () => {
    const clock = manualClock();
    let asked = 0;
    const time = new VenueTime(clock, async () => {
      asked += 1;
      if (asked === 2) throw new VenueFault('unreachable', 'away');
      return 1000 + clock.monotonic() + asked;
    });
    await Promise.all([time.ready(), time.ready()]);
    await time.ready();
    expect(asked).toBe(1);
    clock.advance(301_000);
    await time.ready();
    await time.ready();
    expect(asked).toBe(2);
    expect(time.timestamp()).toBe('302001');
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    await time.ready();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(3);
    expect(time.timestamp()).toBe('302003');
  });

  it('cannot be given before the venue has said its time', async () => {
    const time = new VenueTime(manualClock(), () =>
      Promise.reject(new VenueFault('unreachable', 'away')),
    );
    await expect(time.ready()).rejects.toBeInstanceOf(VenueFault);
  });
});
