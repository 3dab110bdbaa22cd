/**
 * What becomes of a record: dropped by another program it is not brought back, and what belongs
 * together is one write.
 */
import pino from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { RecordWriter } from '../../src/daemon/record-writer.ts';
import type { RegistryUpdate } from '../../src/daemon/record-writer.ts';
import { openRegistry } from '../../src/registry/index.ts';
import { sampleRecord } from '../registry/sample-record.ts';
import { tempHome } from '../registry/temp-home.ts';

test('a dropped record stays dropped, and says so until it is there again', async () => {
  const registry = openRegistry(tempHome());
  const record = sampleRecord('aa_01');
  await registry.update('aa_01', () => record);
  const update = registry.update.bind(registry);
  const log = pino({ enabled: false });
  const writer = new RecordWriter('aa_01', record, true, update, log, systemClock);
  writer.save({ generation: 7 });
  await writer.settled();
  expect(writer.dropped).toBe(false);
  await registry.update('aa_01', () => null);
  writer.save({ generation: 8 });
  await writer.settled();
  expect(writer.dropped).toBe(true);
  expect(registry.read().instances).toEqual({});
  await registry.update('aa_01', () => record);
  writer.save({ generation: 9 });
  await writer.settled();
  expect(writer.dropped).toBe(false);
  expect(registry.read().instances['aa_01']?.generation).toBe(9);
});

test('what was saved waits for what follows from it, and is not lost where nothing does', async () => {
  const registry = openRegistry(tempHome());
  const record = sampleRecord('aa_01');
  await registry.update('aa_01', () => record);
  const written: number[] = [];
  const update: RegistryUpdate = async (id, change) => {
    const after = await registry.update(id, change);
    written.push(after?.generation ?? -1);
    return after;
  };
  const log = pino({ enabled: false });
  const writer = new RecordWriter('aa_01', record, true, update, log, systemClock);
  writer.save({ pid: null, generation: 2 });
  // Longer than the turn after which a write begins.
  await writer.holdFor(systemClock.delay(30));
  expect(written).toEqual([]);
  writer.save({ generation: 3 });
  await writer.settled();
  expect(written).toEqual([3]);

  writer.save({ generation: 4 });
  const refused = writer.holdFor(Promise.reject(new Error('no port')));
  await expect(refused).rejects.toThrow('no port');
  await writer.settled();
  expect(written).toEqual([3, 4]);
  expect(registry.read().instances['aa_01']?.generation).toBe(4);
});
