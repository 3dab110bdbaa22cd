/** The counter by which a page knows that there is more log to ask for. */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogMark } from '../../src/daemon/log-mark.ts';
import { localDate } from '../../src/platform/clock.ts';
import { temporaryFolder } from '../cli/cli-harness.ts';
import { manualClock } from '../exchange/manual-clock.ts';

test('it moves with every log that grew, appeared or went, once a look', () => {
  const clock = manualClock();
  const dir = temporaryFolder();
  const day = join(dir, localDate(clock.now()));
  const mark = new LogMark(clock);
  let looks = 0;
  const value = () =>
    mark.of(() => {
      looks += 1;
      return [dir, join(dir, 'none')];
    });
  const after = (change: () => void) => {
    change();
    clock.advance(2_000);
    return value();
  };
  const first = value();
  expect(after(() => undefined)).toBe(first);
  expect(after(() => mkdirSync(day))).toBe(first);
  expect(after(() => writeFileSync(join(day, 'daemon.log'), 'a\n'))).toBe(first + 1);
  expect(after(() => appendFileSync(join(day, 'daemon.log'), 'b\n'))).toBe(first + 2);
  expect(after(() => writeFileSync(join(dir, 'raw_stderr.log'), 'x'))).toBe(first + 3);
  expect(after(() => rmSync(join(dir, 'raw_stderr.log')))).toBe(first + 4);
  // Asked again at once it does not look again.
  const before = looks;
  appendFileSync(join(day, 'daemon.log'), 'c\n');
  expect(value()).toBe(first + 4);
  expect(looks).toBe(before);
});
