/** A storm of crashes is spread out; a single crash is not held back. */
import { expect, test } from 'vitest';
import { RESTARTS_PER_SECOND, RestartGate } from '../../src/daemon/restart-gate.ts';
import { manualClock } from '../exchange/manual-clock.ts';

test('twenty at once: at most four in any second, in their order, the first ones at once', () => {
  const clock = manualClock();
  const gate = new RestartGate(clock);
  const passed: { name: number; at: number }[] = [];
  for (let name = 0; name < 20; name += 1) {
    gate.pass(() => passed.push({ name, at: clock.monotonic() }));
  }
  expect(passed.map(({ at }) => at)).toEqual([0, 0, 0, 0]);
  clock.advance(10_000);
  expect(passed.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  for (const { at } of passed) {
    const second = passed.filter((other) => other.at >= at && other.at <= at + 1_000);
    expect(second.length).toBeLessThanOrEqual(RESTARTS_PER_SECOND);
  }
  expect(passed.at(-1)?.at).toBeLessThan(6_000);
  expect(clock.pending()).toBe(0);
});

test('one that is called off takes no place', () => {
  const clock = manualClock();
  const gate = new RestartGate(clock);
  const passed: string[] = [];
  for (const name of ['a', 'b', 'c', 'd']) gate.pass(() => passed.push(name));
  const cancel = gate.pass(() => passed.push('called off'));
  gate.pass(() => passed.push('e'));
  cancel();
  cancel();
  clock.advance(1_102);
  expect(passed).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a turn counts from its spawn, and one that hangs holds nobody back', async () => {
  const clock = manualClock();
  const gate = new RestartGate(clock);
  const told: (() => void)[] = [];
  const passed: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    gate.pass(() => {
      passed.push(clock.monotonic());
      return new Promise<void>((resolve) => told.push(resolve));
    });
  }
  clock.advance(300);
  for (const tell of told.slice(0, 3)) tell();
  await Promise.resolve();
  clock.advance(802);
  // The fourth tells nothing: its place is free a second after it passed, the others' later.
  expect(passed).toEqual([0, 0, 0, 0, 1_101]);
  clock.advance(300);
  expect(passed).toEqual([0, 0, 0, 0, 1_101, 1_401, 1_401, 1_401]);
  expect(clock.pending()).toBe(0);
});

test('a spawn that took longer than the window counts all the same once it is told', async () => {
  const clock = manualClock();
  const gate = new RestartGate(clock);
  const told: (() => void)[] = [];
  const passed: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    gate.pass(() => {
      passed.push(clock.monotonic());
      return new Promise<void>((resolve) => told.push(resolve));
    });
  }
  clock.advance(1_200);
  expect(passed.slice(4)).toEqual([1_101, 1_101, 1_101, 1_101]);
  for (const tell of told.slice(0, 4)) tell();
  await Promise.resolve();
  clock.advance(1_100);
  expect(passed).toHaveLength(8);
  clock.advance(1);
  expect(passed.slice(8)).toEqual([2_301, 2_301, 2_301, 2_301]);
  expect(clock.pending()).toBe(0);
});
