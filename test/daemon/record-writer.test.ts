/** A record that another program dropped is not brought back, and the writer knows it. */
import pino from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { RecordWriter } from '../../src/daemon/record-writer.ts';
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
