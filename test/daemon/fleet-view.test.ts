/** The fleet's view: who looks is told to the bots once; what the next start of each would be. */
import { expect, test } from 'vitest';
import { FleetView } from '../../src/daemon/fleet-view.ts';
import type { FleetViewParts } from '../../src/daemon/fleet-view.ts';
import type { RegistryRecord, SupervisorInfo } from '../../src/contract/fleet-api.ts';
import type { RowParts } from '../../src/daemon/instance-rows.ts';
import { recordOf } from '../cli/cli-harness.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { SampleService } from '../web/sample-service.ts';

test('says when the first begins to look, and when the last has ended', () => {
  const said: boolean[] = [];
  let forgotten = 0;
  const unasked = (): never => {
    throw new Error('nobody asked for it');
  };
  const forget = () => {
    forgotten += 1;
  };
  const figures = { ofDay: unasked, forget };
  const parts: FleetViewParts = {
    ...{ clock: manualClock(), figures, known: unasked, claims: unasked, info: unasked, marks: unasked },
    ...{ accountOf: unasked, watched: (watched: boolean) => said.push(watched) },
  };
  const view = new FleetView(parts);
  expect(view.watched).toBe(false);
  const [first, second] = [view.subscribe(() => {}), view.subscribe(() => {})];
  expect([view.watched, said]).toEqual([true, [true]]);
  first();
  first();
  expect([view.watched, said, forgotten]).toEqual([true, [true], 0]);
  second();
  second();
  expect([view.watched, said, forgotten]).toEqual([false, [true, false], 1]);
});

test('tells what the next start of each is, and what was never started', () => {
  const known = (id: string, file: string, more: Partial<RowParts> = {}): RowParts => ({
    ...{ id, loaded: null, alive: false, external: false, usage: null, url: null, since_boot: 0 },
    next_start_at: null, file_note: null,
    record: { ...(recordOf(id) as RegistryRecord), config_file: file, desired: 'stopped' },
    status: { ...new SampleService().status(), position: '0', open_orders: 0, warnings: ['low'] },
    ...more,
  });
  const view = new FleetView({
    ...{ clock: manualClock(), figures: { ofDay: () => [], forget: () => {} } },
    known: () => [
      known('edited', 'config/active/e.json'),
      known('renamed', 'config/active/r.json', { alive: true }),
      known('outside', 'elsewhere/o.json'),
      known('program', 'config/active/p.json', { external: true }),
    ],
    claims: () => [
      { id: 'edited', file: 'config/active/e.json', live: true },
      // Started under another id than its file names.
      { id: 'its_own_name', file: 'config/active/r.json', live: false },
      { id: 'program', file: 'config/active/p.json', live: true },
      { id: 'new_2', file: 'config/active/n2.json', live: true },
      { id: 'new_1', file: 'config/active/n1.json', live: false },
    ],
    info: () => ({}) as SupervisorInfo,
    marks: () => ({ configs: 0, audit: 0, exits: 0, log: 0 }),
    ...{ accountOf: () => null, watched: () => {} },
  });
  const { rows, unstarted } = view.topics();
  expect(rows.map(({ id, next_mode, warnings }) => [id, next_mode, warnings])).toEqual([
    // At rest and flat: what its last beat warned of is over.
    ['edited', 'live', []],
    ['outside', null, []],
    ['program', null, []],
    ['renamed', 'paper', ['low']],
  ]);
  expect(unstarted).toEqual([
    { id: 'new_1', mode: 'paper' },
    { id: 'new_2', mode: 'live' },
  ]);
});
