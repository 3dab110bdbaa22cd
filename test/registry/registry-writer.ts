/**
 * A process that writes the registry over and over: argv is home folder, name, number of updates,
 * and the signal it gives itself in the middle of the last one, under the lock. After each update
 * that was confirmed it prints the count; each counts in a record of its own and in "shared".
 */
import { writeSync } from 'node:fs';
import { homeAt } from '../../src/platform/paths.ts';
import { openRegistry } from '../../src/registry/registry-file.ts';
import { sampleRecord } from './sample-record.ts';

const [folder = '', name = '', updates = '0', last = 'confirm'] = process.argv.slice(2);
let signal: NodeJS.Signals | null = last === 'SIGKILL' || last === 'SIGSTOP' ? last : null;
const registry = openRegistry(homeAt(folder));
for (let done = 1; done <= Number(updates); done += 1) {
  await Promise.all(
    [name, 'shared'].map((id) =>
      registry.update(id, (record) => {
        const base = record ?? sampleRecord(id);
        if (signal !== null && done === Number(updates)) {
          const now = signal;
          signal = null;
          process.kill(process.pid, now);
        }
        return { ...base, restarts: base.restarts + 1 };
      }),
    ),
  );
  writeSync(1, `${done}\n`);
}
