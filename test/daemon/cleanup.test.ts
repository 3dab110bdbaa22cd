/** What clean-up may do to a record. */
import { expect, test } from 'vitest';
import type { RegistryRecord } from '../../src/contract/fleet-api.ts';
import { say } from '../../src/contract/sentences.ts';
import { stateReason } from '../../src/contract/state-reason.ts';
import { clearedRecord, judgeRecord } from '../../src/registry/cleanup.ts';

const record: RegistryRecord = {
  config_file: 'config/active/a.json',
  instance_id_override: false,
  registered_at: '2026-01-01T00:00:00.000Z',
  pid: null,
  start_time: null,
  boot_id: null,
  generation: 3,
  log_dir: 'logs/a',
  db_path: 'database/a.db',
  web_port: 5001,
  desired: 'running',
  state: 'running',
  state_reason: 'ready',
  started_at: null,
  restarts: 0,
  restart_times: [],
  restart_boot_id: null,
  restart_at: null,
  safe_run: null,
  panic: null,
  stop_wish: null,
  begins_anew: null,
  last_exit: null,
  last_error: null,
  ran_program: false,
  live_start: null,
  config_taken: null,
};
const kind = (more: Partial<RegistryRecord>, alive = false, config_exists = true) =>
  judgeRecord({ record: { ...record, ...more }, alive, config_exists }).kind;

test('a living process and its record are never touched', () => {
  for (const desired of ['running', 'stopped'] as const) {
    for (const config of [true, false]) {
      expect(kind({ desired, pid: 7 }, true, config)).toBe('keep');
    }
  }
});

test('what should run keeps its record, without the dead pid', () => {
  expect(kind({ pid: 7 })).toBe('clear');
  expect(kind({ state: 'running' })).toBe('clear');
  expect(kind({ state: 'failed' })).toBe('keep');
  const cleared = clearedRecord({ ...record, pid: 7, start_time: '1', boot_id: 'b' });
  expect(cleared).toMatchObject({ pid: null, start_time: null, state: 'stopped' });
  expect(cleared).toMatchObject({ desired: 'running', generation: 3 });
  expect(cleared).toMatchObject(stateReason(say('process_was_gone')));
  // One that was down keeps what it says of itself.
  const failed = { ...record, state: 'failed', ...stateReason(say('never_started')) } as const;
  expect(clearedRecord(failed)).toEqual(failed);
});

test('dropped only when it should be stopped or its config is gone', () => {
  expect(kind({ desired: 'stopped', state: 'stopped' })).toBe('drop');
  expect(kind({ state: 'failed' }, false, false)).toBe('drop');
  // Otherwise the built-in bot could silently take a program's place later.
  expect(kind({ desired: 'stopped', state: 'stopped', ran_program: true })).toBe('keep');
});
