/**
 * A process that archives or brings back a config and is killed before one of its steps on the
 * files of config/: argv is home folder, verb, id, the step's number (0: none), and a file into
 * which an editor saves just before that step, by a rename, the text of the environment's SAVED.
 * It prints how many steps there were.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { homeAt } from '../../src/platform/paths.ts';
import { archiveInstance, unarchiveInstance } from '../../src/registry/archive.ts';
import { openRegistry } from '../../src/registry/registry-file.ts';

const [folder = '', verb = '', id = '', killedAt = '0', saved = ''] = process.argv.slice(2);
const home = homeAt(folder);
let steps = 0;

function before(path: unknown): void {
  if (!String(path).startsWith(join(folder, 'config'))) return;
  steps += 1;
  if (steps !== Number(killedAt)) return;
  if (saved !== '') {
    fs.writeFileSync(`${saved}.draft`, process.env['SAVED'] ?? '');
    rename(`${saved}.draft`, saved);
  }
  if (process.env['LIVES'] === undefined) process.kill(process.pid, 'SIGKILL');
}

const rename = fs.renameSync;
const { linkSync, rmSync, unlinkSync, writeFileSync, copyFileSync } = fs;
fs.renameSync = (from, to) => {
  before(from);
  rename(from, to);
};
fs.linkSync = (from, to) => {
  before(from);
  linkSync(from, to);
};
fs.rmSync = (path, options) => {
  before(path);
  rmSync(path, options);
};
fs.unlinkSync = (path) => {
  before(path);
  unlinkSync(path);
};
fs.copyFileSync = (from, to, mode) => {
  before(from);
  copyFileSync(from, to, mode);
};
syncBuiltinESMExports();

if (verb === 'archive') await archiveInstance(home, id, openRegistry(home));
else unarchiveInstance(home, id);
writeFileSync(1, `${steps}\n`);
