/**
 * A process that archives or brings back a config and is killed before one of its steps on the
 * files of config/: argv is home folder, verb, id, the step's number (0: none), and a file into
 * which an editor saves just before that step, by a rename, the text of the environment's SAVED.
 * It prints how many steps there were.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { homeAt } from '../../src/platform/paths.ts';
import { archiveInstance, unarchiveInstance } from '../../src/registry/archive.ts';
import { openRegistry } from '../../src/registry/registry-file.ts';
import { onFileSteps } from '../fixtures/file-steps.ts';

const [folder = '', verb = '', id = '', killedAt = '0', saved = ''] = process.argv.slice(2);
const home = homeAt(folder);
let steps = 0;

function before(path: string): void {
  if (!path.startsWith(join(folder, 'config'))) return;
  steps += 1;
  if (steps !== Number(killedAt)) return;
  if (saved !== '') {
    fs.writeFileSync(`${saved}.draft`, process.env['SAVED'] ?? '');
    rename(`${saved}.draft`, saved);
  }
  if (process.env['LIVES'] === undefined) process.kill(process.pid, 'SIGKILL');
}

const { renameSync: rename } = fs;
onFileSteps(before);

if (verb === 'archive') await archiveInstance(home, id, openRegistry(home));
else unarchiveInstance(home, id);
fs.writeFileSync(1, `${steps}\n`);
