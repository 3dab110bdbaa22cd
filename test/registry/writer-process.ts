/** Processes that write a registry, bundled once: to be killed in the middle. */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RegistryFile } from '../../src/contract/fleet-api.ts';
import type { Home } from '../../src/platform/paths.ts';
import { ROOT } from '../source-tree.ts';

/** Bundles `source` (from the repository) into the file `program`, in a folder of its own. */
export async function bundleProgram(source: string, program: string): Promise<void> {
  const packages = join(dirname(program), 'node_modules');
  if (!existsSync(packages)) symlinkSync(join(ROOT, 'node_modules'), packages);
  await build({
    entryPoints: [join(ROOT, source)],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['better-sqlite3', 'better-sqlite3-13'],
    banner: {
      js:
        "import { createRequire as gridd_require } from 'node:module';" +
        'const require = gridd_require(import.meta.url);',
    },
    logLevel: 'warning',
  });
}

export const WRITER_SOURCE = join('test', 'registry', 'registry-writer.ts');

export interface Writer {
  readonly child: ChildProcess;
  /** Updates it had confirmed. */
  readonly confirmed: () => number;
  readonly failure: () => string;
  readonly ended: Promise<unknown>;
}

/** `last`: what the writer does to itself in the middle of its last update. */
export function startWriter(
  program: string,
  home: Home,
  name: string,
  updates: number,
  last: 'confirm' | 'SIGKILL' | 'SIGSTOP' = 'confirm',
): Writer {
  const words = [program, home.folder, name, String(updates), last];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  let failed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (failed += text));
  return {
    child,
    confirmed: () => printed.split('\n').length - 1,
    failure: () => failed,
    ended: once(child, 'close'),
  };
}

/** Resolves when the writer had `count` updates confirmed. */
export async function untilConfirmed(writer: Writer, count: number): Promise<void> {
  while (writer.confirmed() < count) {
    if (writer.child.stdout === null) throw new Error('stdout is a pipe');
    await once(writer.child.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
  }
}

/** How often each record was updated, by what the file holds; throws when it is not whole. */
export function counts(file: string): Record<string, number> {
  const { instances } = JSON.parse(readFileSync(file, 'utf8')) as RegistryFile;
  return Object.fromEntries(Object.entries(instances).map(([id, r]) => [id, r.restarts]));
}
