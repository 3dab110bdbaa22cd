/**
 * `gridd audit [ID]`: which verbs of the user reached the supervisor, and how they came out. Read
 * from the database, whether a supervisor runs or not, of instances that are gone too. A running
 * one writes once a second: what has just been given may be missing.
 */
import { existsSync } from 'node:fs';
import type { AuditView } from '../../contract/console-api.ts';
import { EXIT, GriddError } from '../../contract/errors.ts';
import { isoTime, systemClock } from '../../platform/clock.ts';
import { readHistory } from '../../store/index.ts';
import type { Context } from '../context.ts';
import { sinceMs } from '../log-filter.ts';
import { orDash, renderTable } from '../render.ts';
import type { Column } from '../render.ts';
import { tellJson } from '../results.ts';
import { selectOne } from '../select.ts';
import type { Selection } from '../select.ts';

const COLUMNS: readonly Column<AuditView>[] = [
  { title: 'time', value: ({ at_ms }) => isoTime(at_ms).replace(/\.\d+Z$/, 'Z') },
  { title: 'verb', value: ({ verb }) => verb },
  { title: 'id', value: ({ instance }) => orDash(instance) },
  { title: 'by', value: actorText },
  { title: 'outcome', value: ({ outcome }) => outcome },
  { title: 'asked for, answered', wraps: 20, value: wordsOf },
];

export interface AuditOptions {
  readonly json?: boolean;
  readonly since?: string;
  readonly limit: number;
}

/** Prints at most `limit` verbs, newest first; no id: of the whole home. */
export function audit(
  context: Context,
  selection: Selection,
  options: AuditOptions,
): Promise<number> {
  const named = selection.ids.length + (selection.config?.length ?? 0) > 0;
  const id = named ? selectOne(context, selection) : null;
  const { json = false, since, limit } = options;
  const from = since === undefined ? 0 : sinceMs(since, systemClock.now());
  const entries = readVerbs(context, id, from, limit);
  const { columns: width, colours } = context.terminal;
  if (json) tellJson(context, entries.map(documentOf));
  else if (entries.length === 0) context.terminal.out('no verbs noted\n');
  else context.terminal.draw(renderTable(entries, COLUMNS, { width, colours }));
  return Promise.resolve(EXIT.done);
}

function readVerbs(
  { home }: Context,
  id: string | null,
  from: number,
  limit: number,
): AuditView[] {
  if (!existsSync(home.history)) return [];
  const history = readHistory(home.history);
  if (history === null) throw unreadable(home.history, 'it is no such database');
  try {
    return history.verbs(id, from, limit);
  } catch (error) {
    throw unreadable(home.history, error instanceof Error ? error.message : String(error));
  } finally {
    history.close();
  }
}

function unreadable(file: string, why: string): GriddError {
  return new GriddError('BOOKS_UNREADABLE', `The history in ${file} cannot be read: ${why}.`, {
    hint: 'A supervisor sets a broken one aside, keeps the file, and begins a new one.',
  });
}

/** Who gave it and from where; that of older entries is not known. */
function actorText({ who, from }: AuditView): string {
  return who === '' ? from : `${who} (${from})`;
}

function wordsOf({ what, message, before, after }: AuditView): string {
  const change = before === null || after === null ? '' : `${before} -> ${after}`;
  return [what === '{}' ? '' : what, message, change].filter((part) => part !== '').join('  ');
}

function documentOf({ at_ms, what, id: _id, ...entry }: AuditView): Record<string, unknown> {
  return { at: isoTime(at_ms), ...entry, what: JSON.parse(what) as unknown };
}
