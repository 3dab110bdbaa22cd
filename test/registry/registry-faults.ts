/**
 * What the registry does on a full disk and in a read-only folder, tried on a small disk of its
 * own: to be run inside `unshare --map-root-user --mount`, argv is the home folder. Prints one JSON
 * object a try.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { homeAt } from '../../src/platform/paths.ts';
import { openRegistry } from '../../src/registry/registry-file.ts';
import { sampleRecord } from './sample-record.ts';

const home = homeAt(process.argv[2] ?? '');
const ballast = join(home.logs, 'ballast');
const registry = openRegistry(home);
let number = 0;

function mount(...words: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', [...words, home.logs], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr}`);
}

/** Leaves `blocks` blocks of the disk free. */
function fill(blocks: number): void {
  rmSync(ballast, { force: true });
  const { bavail, bsize } = statfsSync(home.logs);
  writeFileSync(ballast, Buffer.alloc((bavail - blocks) * bsize));
}

/** One change; prints how it came out and what the files are afterwards. */
async function attempt(label: string): Promise<void> {
  number += 1;
  const before = readFileSync(home.registry, 'utf8');
  const id = `r${number}`;
  const outcome = await registry.update(id, () => sampleRecord(id)).then(
    () => ({ ok: true }),
    (error: { code?: string; message: string }) => ({
      ok: false,
      code: error.code,
      message: error.message,
    }),
  );
  const after = readFileSync(home.registry, 'utf8');
  const has = (text: string) => id in (JSON.parse(text) as { instances: object }).instances;
  const previous = JSON.parse(readFileSync(`${home.registry}.bak`, 'utf8')) as object;
  const left = readdirSync(home.logs).filter((name) => /\.(tmp|next|lock)$/.test(name));
  const facts = { unchanged: after === before, written: has(after), left, previous: !!previous };
  console.log(JSON.stringify({ label, ...outcome, ...facts }));
}

mkdirSync(home.logs, { recursive: true });
mount('-t', 'tmpfs', '-o', 'size=128k', 'tmpfs');
for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
  await registry.update(id, () => sampleRecord(id));
}
for (const free of [0, 1, 2, 3, 4]) {
  fill(free);
  await attempt(`${free} blocks free`);
}
rmSync(ballast);
await attempt('room again');
mount('-o', 'remount,ro');
await attempt('read-only');
mount('-o', 'remount,rw');
await attempt('writable again');
