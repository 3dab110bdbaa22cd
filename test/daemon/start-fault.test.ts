/** What the machine refuses is told as that; our own mistakes stay ours. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import { spawnAdvice, startFault } from '../../src/daemon/start-fault.ts';

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: refused, open 'x'`), { code });
}

test.each([
  ['ENOSPC', 'disk space'],
  ['EMFILE', 'open files'],
  ['EAGAIN', 'processes'],
  ['EROFS', 'read-only'],
])('%s is START_FAILED with what to do about it', (code, advice) => {
  const told = startFault('aa_01', errno(code));
  expect(told).toBeInstanceOf(GriddError);
  expect(told).toMatchObject({ code: 'START_FAILED', hint: expect.stringContaining(advice) as string });
  expect((told as GriddError).message).toContain(code);
  expect(spawnAdvice(`spawn node ${code}`).hint).toContain(advice);
});

test('anything else stays what it is', () => {
  const refused = new GriddError('PORT_TAKEN', 'It is held.');
  expect(startFault('aa_01', refused)).toBe(refused);
  const bug = new TypeError('x is undefined');
  expect(startFault('aa_01', bug)).toBe(bug);
  expect(startFault('aa_01', 'text')).toBe('text');
  let missing: unknown;
  try {
    readFileSync('/nowhere/at/all');
  } catch (thrown) {
    missing = thrown;
  }
  expect(startFault('aa_01', missing)).toBe(missing);
  expect(spawnAdvice('it could not be started')).toEqual({});
});
