/**
 * `npm start`: installs what is missing, builds, starts the supervisor and every instance of
 * config/active, waits until all are healthy, prints the table and the URLs, and returns. Run again it
 * changes nothing and says so.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from './build.js';
import { ROOT, checkPlatform, ensureInstalled } from './ensure.js';

checkPlatform();
ensureInstalled();
await ensureBuilt();

const gridd = join(ROOT, 'bin', 'gridd.js');
const args = ['start', '--all', ...process.argv.slice(2)];
const started = spawnSync(process.execPath, [gridd, ...args], { cwd: ROOT, stdio: 'inherit' });
if (started.status !== 0) process.exit(started.status ?? 1);
const listed = spawnSync(process.execPath, [gridd, 'list'], { cwd: ROOT, stdio: 'inherit' });
process.exit(listed.status ?? 1);
