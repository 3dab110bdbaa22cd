/**
 * A process that writes the registry over and over: argv is home folder, name, number of updates.
 * After each update that was confirmed it prints the count; each counts in a record of its own and
 * in "shared".
 */
import { writeSync } from 'node:fs';
import { homeAt } from '../../src/platform/paths.ts';
import { openRegistry } from '../../src/registry/registry-file.ts';
import { sampleRecord } from './sample-record.ts';

const [folder = '', name = '', updates = '0'] = process.argv.slice(2);
const registry = openRegistry(homeAt(folder));
for (let done = 1; done <= Number(updates); done += 1) {
  await Promise.all(
    [name, 'shared'].map((id) =>
      registry.update(id, (record) => {
        const base = record ?? sampleRecord(id);
        return { ...base, restarts: base.restarts + 1 };
      }),
    ),
  );
  writeSync(1, `${done}\n`);
}
