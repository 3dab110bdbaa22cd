/** `config/console.json`: what holds without it, and every problem of a faulty one in words. */
import { expect, test } from 'vitest';
import type { GriddError } from '../../src/contract/errors.ts';
import { readConsoleConfig } from '../../src/registry/index.ts';
import { makeHome } from '../cli/cli-harness.ts';

function refused(content: unknown): GriddError {
  try {
    readConsoleConfig(makeHome({ 'config/console.json': content }));
  } catch (error) {
    return error as GriddError;
  }
  throw new Error('it was taken');
}

test('without a file the defaults hold, and they fill in what a file leaves out', () => {
  const defaults = { enabled: true, host: '127.0.0.1', allowed_hosts: [] };
  expect(readConsoleConfig(makeHome())).toEqual(defaults);
  const home = makeHome({ 'config/console.json': '{ // here\n "port": 5320, }' });
  expect(readConsoleConfig(home)).toEqual({ ...defaults, port: 5320 });
});

test('every problem is named by its path, with what is allowed', () => {
  const error = refused({ port: 70_000, hots: 'x', allowed_hosts: ['fine', ''] });
  expect(error.code).toBe('CONFIG_INVALID');
  expect(error.message).toContain('config/console.json');
  expect(error.problems.map(({ path }) => path).sort()).toEqual(['allowed_hosts.1', 'hots', 'port']);
  expect(error.problems.find(({ path }) => path === 'port')?.allowed).toMatch(/1 to 65535/);
});

test('what is no JSON, and no file, is said', () => {
  expect(refused('{ "port": ').code).toBe('CONFIG_SYNTAX');
  expect(refused('[]').code).toBe('CONFIG_INVALID');
});
