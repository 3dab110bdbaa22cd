/** What the audit keeps of each verb: who, from where, how it came out, and what was before. */
import { expect, test } from 'vitest';
import { GriddError } from '../../src/contract/errors.ts';
import type { FleetService, InstanceStatus } from '../../src/contract/fleet-api.ts';
import type { AuditNote } from '../../src/contract/history-api.ts';
import type { AdjustAnswer } from '../../src/contract/instance-api.ts';
import { auditedFleet } from '../../src/daemon/audited-fleet.ts';
import { manualClock } from '../exchange/manual-clock.ts';
import { SampleService } from '../web/sample-service.ts';

const ACTOR = { who: 'token', from: 'console 127.0.0.1' };

/** The verbs that these tests give, on one instance. */
type Verbs = Pick<FleetService, 'adjust' | 'pause' | 'status' | 'shutdown'>;

function audited(fleet: Partial<Verbs>): { fleet: FleetService; notes: AuditNote[] } {
  const notes: AuditNote[] = [];
  const history = { verb: (note: AuditNote) => void notes.push(note) };
  return {
    fleet: auditedFleet(fleet as FleetService, history, manualClock(), ACTOR),
    notes,
  };
}

const status = () => ({ status: new SampleService().status() }) as InstanceStatus;
const answer = { lower: '135', upper: '165', grids: 30, quantity_per_grid: '0.5' };

test('a verb on several leaves a line for each, with who gave it', async () => {
  const { fleet, notes } = audited({
    pause: () =>
      Promise.resolve([
        { id: 'a', ok: true, message: 'paused' },
        { id: 'b', ok: false, message: 'no', error: new GriddError('BOT_UNREACHABLE', 'no').toBody() },
      ]),
  });
  await fleet.pause(['a', 'b']);
  expect(notes).toMatchObject([
    { verb: 'pause', instance: 'a', outcome: 'ok', ...ACTOR, before: null, after: null },
    { verb: 'pause', instance: 'b', outcome: 'BOT_UNREACHABLE', ...ACTOR },
  ]);
});

test('an adjust that was applied keeps the grid before and after', async () => {
  const adjust = () => Promise.resolve({ ...answer, applied: true } as AdjustAnswer);
  const { fleet, notes } = audited({ adjust, status });
  await fleet.adjust('a', { grid_num: 30 }, null);
  const { lower, upper, grids, quantity_per_grid } = new SampleService().status();
  expect(notes).toHaveLength(1);
  expect(JSON.parse(notes[0]?.before ?? '')).toEqual({ lower, upper, grids, quantity_per_grid });
  expect(JSON.parse(notes[0]?.after ?? '')).toEqual(answer);
});

test('a dry run changes nothing and leaves no line; a refusal leaves one without values', async () => {
  const dry = audited({
    adjust: () => Promise.resolve({ ...answer, applied: false } as AdjustAnswer),
    status,
  });
  await dry.fleet.adjust('a', { grid_num: 30, dry_run: true }, null);
  expect(dry.notes).toEqual([]);
  const refused = audited({
    adjust: () => Promise.reject(new GriddError('ADJUST_REFUSED', 'no')),
    status: () => {
      throw new GriddError('INSTANCE_UNKNOWN', 'no');
    },
  });
  await expect(refused.fleet.adjust('a', { grid_num: 30 }, null)).rejects.toThrow('no');
  expect(refused.notes).toMatchObject([
    { verb: 'adjust', outcome: 'ADJUST_REFUSED', before: null, after: null, ...ACTOR },
  ]);
});

test('what is about the whole home names no instance', async () => {
  const { fleet, notes } = audited({ shutdown: () => Promise.resolve() });
  await fleet.shutdown('keep');
  expect(notes).toMatchObject([{ verb: 'shutdown', instance: null, what: '{"bots":"keep"}' }]);
});
