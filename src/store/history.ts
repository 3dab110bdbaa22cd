/**
 * `database/gridd.db`: ends of processes, usage, verbs and config versions of the whole fleet.
 * Written by the supervisor, in batches, and by the command line, deed by deed; its user reads it.
 * Bounded: the last 100 exits of an instance, a day of usage, 10,000 verbs. History of an instance
 * stays when its record is dropped. It never waits long for a lock: whoever writes here has bots to
 * look after.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AuditQuery, AuditView, FleetExit } from '../contract/console-api.ts';
import type { AuditNote, ExitEntry, UsageMinute } from '../contract/history-api.ts';
import { isoTime } from '../platform/clock.ts';
import { migrate, openDatabase, openReadOnly } from '../platform/sqlite.ts';
import type { SqliteDatabase } from '../platform/sqlite.ts';
import { versionReader, versionWriter } from './config-versions.ts';
import type { VersionReader, VersionWriter } from './config-versions.ts';
import { figureReader, figureWriter } from './figure-samples.ts';
import type { FigureSample } from './figure-samples.ts';
import { HISTORY_MIGRATIONS } from './history-schema.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MOST_EXITS = 100;
const MOST_VERBS = 10_000;
/** Exits of instances that are long gone must not pile up. */
const EXIT_DAYS = 400;
const BUSY_MS = 50;
/** Whoever does one thing at a command line has the time. */
const DEED_BUSY_MS = 2000;
/** Of a note that does not say it. */
const UNSAID = { who: '', from: 'cli', before: null, after: null, mark: null };

// A bot repeats what it did not hear confirmed.
const ADD_TO_AUDIT = `INSERT INTO audit
    (at_ms, verb, instance, what, outcome, message, who, origin, before, after, mark)
  VALUES (@at_ms, @verb, @instance, @what, @outcome, @message, @who, @from, @before, @after, @mark)
  ON CONFLICT (mark) DO NOTHING`;

/** Sums of one minute, or of a part of it, of one instance. */
export interface UsageSums {
  readonly instance: string;
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly cpu_sum: number;
  readonly cpu_max: number;
  readonly memory_sum: number;
  readonly memory_max: number;
  readonly processes: number;
  readonly samples: number;
}

/** What is written at once. */
export interface HistoryBatch {
  readonly exits: readonly { readonly instance: string; readonly exit: ExitEntry }[];
  readonly usage: readonly UsageSums[];
  readonly audit: readonly AuditNote[];
  readonly figures?: readonly FigureSample[];
}

export interface HistoryReader extends VersionReader {
  /** Newest first. */
  exits(instance: string): ExitEntry[];
  /** The day before `nowMs`, oldest first. */
  usage(instance: string, nowMs: number): UsageMinute[];
  /** Verbs since a moment, newest first; `instance` null: of the whole home. */
  verbs(instance: string | null, sinceMs: number, limit: number): AuditView[];
  /** The same as pages turn it over, newest first. */
  auditLines(query: AuditQuery): AuditView[];
  /** Of all instances, newest first. */
  allExits(limit: number): FleetExit[];
  /** Samples of an instance from a slot on, oldest first. */
  figures(instance: string, fromSlot: number): FigureSample[];
  close(): void;
}

export interface HistoryFile extends HistoryReader, VersionWriter {
  /** One transaction: all of `batch` or nothing. Throws what SQLite throws. */
  write(batch: HistoryBatch): void;
  /** Removes what is older than what is kept. */
  prune(nowMs: number): void;
}

/** Whether the file itself is beyond use, rather than the disk or a lock in the way. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(String(error.code));
}

/** Opens (and creates) the file for its one writer; null when a newer gridd wrote it. */
export function openHistory(file: string): HistoryFile | null {
  keepPrivate(file);
  const db = openDatabase(file, 'NORMAL', BUSY_MS);
  try {
    if (migrate(db, HISTORY_MIGRATIONS)) return historyFile(db);
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  return null;
}

/**
 * Notes one deed of somebody who is not the writer, beside it. Throws what SQLite throws, and where
 * the file is of another version of gridd: its writer alone may change its shape.
 */
export function noteDeed(file: string, note: AuditNote): void {
  keepPrivate(file);
  const db = openDatabase(file, 'NORMAL', DEED_BUSY_MS);
  try {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version !== 0 && version !== HISTORY_MIGRATIONS.length) {
      throw new Error('another version of gridd keeps it');
    }
    migrate(db, HISTORY_MIGRATIONS);
    db.prepare(ADD_TO_AUDIT).run({ ...UNSAID, ...note });
  } finally {
    db.close();
  }
}

/** Texts of configs may hold secrets: the file and its log are readable for their user alone. */
function keepPrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, 'a', 0o600));
  for (const end of ['', '-wal', '-shm']) {
    const mode = statSync(`${file}${end}`, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & 0o077) !== 0) chmodSync(`${file}${end}`, 0o600);
  }
}

/** Opens the file for reading; null when there is none that can be read. */
export function readHistory(file: string): HistoryReader | null {
  if (!existsSync(file)) return null;
  let db: SqliteDatabase | null = null;
  try {
    db = openReadOnly(file);
    return reader(db);
  } catch {
    db?.close();
    return null;
  }
}

/** Moves a file that is beyond use out of the way and says where to. */
export function setHistoryAside(file: string, nowMs: number): string {
  const target = `${file}.broken-${isoTime(nowMs).replace(/[:.]/g, '-')}`;
  for (const end of ['', '-wal', '-shm']) {
    if (existsSync(`${file}${end}`)) renameSync(`${file}${end}`, `${target}${end}`);
  }
  return target;
}

interface ExitRow {
  readonly at_ms: number;
  readonly generation: number | null;
  readonly pid: number | null;
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: string;
  readonly stderr_tail: string;
  readonly adopted: number;
}

interface AuditRow extends Omit<AuditView, 'from'> {
  readonly origin: string;
}

/** Who acted, as a file that an older gridd wrote last has it: it is read before it is changed. */
function actorColumns(db: SqliteDatabase): string {
  const columns = db.prepare<[], { readonly name: string }>('PRAGMA table_info(audit)').all();
  if (columns.some(({ name }) => name === 'who')) return 'who, origin, before, after';
  return "'' AS who, 'cli' AS origin, NULL AS before, NULL AS after";
}

function reader(db: SqliteDatabase): HistoryReader {
  const exits = db.prepare<[string], ExitRow>(
    `SELECT at_ms, generation, pid, code, signal, reason, stderr_tail, adopted
     FROM exits WHERE instance = ? ORDER BY at_ms DESC LIMIT ${MOST_EXITS}`,
  );
  const usage = db.prepare<[string, number], UsageSums>(
    'SELECT * FROM usage WHERE instance = ? AND minute >= ? ORDER BY minute',
  );
  const audit = db.prepare<[string | null, number, number, number], AuditRow>(
    `SELECT id, at_ms, verb, instance, what, outcome, message, ${actorColumns(db)} FROM audit
     WHERE instance IS coalesce(?, instance) AND at_ms >= ? AND id < ? ORDER BY id DESC LIMIT ?`,
  );
  const lines = (...range: [string | null, number, number, number]) =>
    audit.all(...range).map(({ origin, ...row }) => ({ ...row, from: origin }));
  return {
    ...versionReader(db),
    verbs: (instance, sinceMs, limit) =>
      lines(instance, sinceMs, Number.MAX_SAFE_INTEGER, limit),
    auditLines: ({ instance, before, limit }) =>
      lines(instance, 0, before ?? Number.MAX_SAFE_INTEGER, limit),
    exits: (instance) => exits.all(instance).map(exitEntry),
    allExits: (limit) =>
      db
        .prepare<[number], ExitRow & { readonly instance: string }>(
          `SELECT instance, at_ms, generation, pid, code, signal, reason, stderr_tail, adopted
           FROM exits ORDER BY at_ms DESC LIMIT ?`,
        )
        .all(limit)
        .map(({ instance, ...row }) => ({ instance, ...exitEntry(row) })),
    figures: (instance, fromSlot) => figureReader(db)(instance, fromSlot),
    usage: (instance, nowMs) =>
      usage.all(instance, Math.floor((nowMs - DAY_MS) / MINUTE_MS)).map(usageMinute),
    close: () => db.close(),
  };
}

function exitEntry({ at_ms, stderr_tail, adopted, ...rest }: ExitRow): ExitEntry {
  const lines = JSON.parse(stderr_tail) as string[];
  return { at: isoTime(at_ms), ...rest, stderr_tail: lines, adopted: adopted === 1 };
}

/** The minute as it is shown. */
export function usageMinute(sums: UsageSums): UsageMinute {
  const { minute, cpu_sum, cpu_max, memory_sum, memory_max, processes, samples } = sums;
  return {
    at: isoTime(minute * MINUTE_MS),
    cpu_avg: tenths(cpu_sum / samples),
    cpu_max,
    memory_avg: tenths(memory_sum / samples),
    memory_max,
    processes,
    samples,
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function historyFile(db: SqliteDatabase): HistoryFile {
  // An end that the registry repeats after a crash of the supervisor is there already.
  const addExit = db.prepare(
    `INSERT INTO exits
       (instance, at_ms, generation, pid, code, signal, reason, stderr_tail, adopted)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (instance, at_ms) DO NOTHING`,
  );
  const boundExits = db.prepare(
    `DELETE FROM exits WHERE instance = @instance AND id NOT IN
       (SELECT id FROM exits WHERE instance = @instance ORDER BY at_ms DESC LIMIT ${MOST_EXITS})`,
  );
  // Two supervisors may have seen parts of one minute.
  const addUsage = db.prepare(
    `INSERT INTO usage VALUES
       (@instance, @minute, @cpu_sum, @cpu_max, @memory_sum, @memory_max, @processes, @samples)
     ON CONFLICT (instance, minute) DO UPDATE SET
       cpu_sum = cpu_sum + excluded.cpu_sum, cpu_max = max(cpu_max, excluded.cpu_max),
       memory_sum = memory_sum + excluded.memory_sum,
       memory_max = max(memory_max, excluded.memory_max),
       processes = max(processes, excluded.processes), samples = samples + excluded.samples`,
  );
  const addVerb = db.prepare(ADD_TO_AUDIT);
  const samples = figureWriter(db);
  const write = db.transaction((batch: HistoryBatch) => {
    for (const { instance, exit } of batch.exits) {
      const { at, generation, pid, code, signal, reason, stderr_tail, adopted } = exit;
      const [lines, flag] = [JSON.stringify(stderr_tail), adopted ? 1 : 0];
      const ms = Date.parse(at);
      addExit.run(instance, ms, generation, pid, code, signal, reason, lines, flag);
    }
    for (const instance of new Set(batch.exits.map((one) => one.instance))) {
      boundExits.run({ instance });
    }
    for (const sums of batch.usage) addUsage.run(sums);
    for (const note of batch.audit) addVerb.run({ ...UNSAID, ...note });
    for (const sample of batch.figures ?? []) samples.add(sample);
  });
  const dropUsage = db.prepare('DELETE FROM usage WHERE minute < ?');
  const dropExits = db.prepare('DELETE FROM exits WHERE at_ms < ?');
  const dropVerbs = db.prepare(
    `DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ${MOST_VERBS}`,
  );
  const prune = db.transaction((nowMs: number) => {
    dropUsage.run(Math.floor((nowMs - DAY_MS) / MINUTE_MS));
    dropExits.run(nowMs - EXIT_DAYS * DAY_MS);
    dropVerbs.run();
    samples.prune(nowMs);
  });
  return {
    ...reader(db),
    ...versionWriter(db),
    write: (batch) => write.immediate(batch),
    prune,
  };
}
