/**
 * `gridd completion SHELL` prints what the shell loads; the hidden verb behind it answers what may
 * stand at the cursor, a word and its meaning per line, then whether files may too. It starts
 * nothing, writes nothing and stays silent about what it cannot read.
 */
import { isAbsolute, relative } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../contract/errors.ts';
import { findHome } from '../../platform/paths.ts';
import type { Home } from '../../platform/paths.ts';
import { activeClaims, activeFiles, listTemplates, openRegistry } from '../../registry/index.ts';
import type { Session } from '../context.ts';
import { choiceAt } from '../completion.ts';
import type { Candidate, Source } from '../completion.ts';
import { COMPLETION_SCRIPTS } from '../completion-scripts.ts';
import type { Shell } from '../completion-scripts.ts';

/** Prints the script of a shell. */
export function completion(session: Session, shell: Shell): number {
  session.terminal.out(COMPLETION_SCRIPTS[shell]);
  return EXIT.done;
}

/** Prints what may stand at the last of `words`. */
export function complete(session: Session, program: Command, words: readonly string[]): number {
  const { words: fixed, source, prefix, typed } = choiceAt(program, words);
  const found = [...fixed, ...lookUp(session, source, words)];
  const before = new Set(words.slice(0, -1));
  for (const { value, meaning } of found) {
    if (!value.startsWith(typed) || (source !== null && before.has(value))) continue;
    session.terminal.out(`${prefix}${value}\t${meaning.replace(/\s+/g, ' ')}\n`);
  }
  const files = source === 'configs' ? 'files' : source === 'folders' ? 'folders' : 'none';
  session.terminal.out(`:${files}\n`);
  return EXIT.done;
}

function lookUp(
  session: Session,
  source: Source | null,
  words: readonly string[],
): readonly Candidate[] {
  if (source === null || source === 'folders') return [];
  try {
    const home = findHome(namedHome(words), session.environment, session.cwd);
    switch (source) {
      case 'instances':
        return instances(home);
      case 'templates':
        return listTemplates(home).map((value) => ({ value, meaning: 'template' }));
      case 'configs':
        return activeFiles(home).map((file) => ({
          value: shortest(session.cwd, file),
          meaning: 'config',
        }));
    }
  } catch {
    // A damaged home completes nothing; the verb itself will say what is wrong with it.
    return [];
  }
}

function instances(home: Home): Candidate[] {
  const { instances: records } = openRegistry(home).read();
  const known = Object.entries(records).map(([value, { state }]) => ({ value, meaning: state }));
  const unstarted = activeClaims(home)
    .filter(({ id }) => !Object.hasOwn(records, id))
    .map(({ id }) => ({ value: id, meaning: 'not started yet' }));
  return [...known, ...unstarted].sort((a, b) => (a.value < b.value ? -1 : 1));
}

function namedHome(words: readonly string[]): string | undefined {
  const plain = words.filter((word) => word !== '=');
  const at = plain.indexOf('--home');
  const assigned = plain.find((word) => word.startsWith('--home='));
  return at >= 0 && at < plain.length - 2 ? plain[at + 1] : assigned?.slice('--home='.length);
}

function shortest(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
