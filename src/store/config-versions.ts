/**
 * The versions of each instance's config, in `database/gridd.db`: the text as it stood in the file,
 * who wrote it, when and why. Numbers of an instance only ever grow; the newest version is never
 * dropped.
 */
import type { SqliteDatabase } from '../platform/sqlite.ts';

/** Versions kept of an instance; the oldest go first. */
export const MOST_VERSIONS = 500;
/** Texts kept of an instance, bytes. */
const MOST_BYTES = 16 * 2 ** 20;

/** A version to be kept. */
export interface NewVersion {
  readonly instance: string;
  readonly at_ms: number;
  readonly who: string;
  readonly origin: 'console' | 'cli' | 'file';
  readonly note: string;
  /** As in the file, secrets included. */
  readonly text: string;
  /** Keys that differ from the version before, as paths. */
  readonly changed: readonly string[];
}

/** A version without its text. */
export interface VersionFacts extends Omit<NewVersion, 'text'> {
  readonly version: number;
}

export interface StoredVersion extends VersionFacts {
  readonly text: string;
}

export interface VersionReader {
  /** Newest first. */
  versions(instance: string): VersionFacts[];
  /** One version; `version` null: the newest. Null: there is none. */
  version(instance: string, version: number | null): StoredVersion | null;
}

/** What came of a version: its number and how many old ones were dropped for it. */
export interface AddedVersion {
  readonly version: number;
  readonly dropped: number;
}

export interface VersionWriter {
  /** Keeps a version; throws what SQLite throws. */
  addVersion(entry: NewVersion): AddedVersion;
  /** Forgets a version whose text never came to stand in the file. */
  dropVersion(instance: string, version: number): void;
  /** Gives the newest version its author, where a look at the disk met the text before them. */
  nameAuthor(entry: Omit<NewVersion, 'changed'>, sinceMs: number): boolean;
}

type Row = Omit<VersionFacts, 'changed'> & { readonly changed: string };
type TextRow = Row & { readonly text: string };

const FACTS = 'instance, version, at_ms, who, origin, note, changed';

/** The questions to a database of the newest schema. */
export function versionReader(db: SqliteDatabase): VersionReader {
  // The file of an older gridd, opened beside its writer, has no such table.
  const table = db
    .prepare<[], { n: number }>(
      "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'config_versions'",
    )
    .get();
  if (table?.n !== 1) return { versions: () => [], version: () => null };
  const all = db.prepare<[string], Row>(
    `SELECT ${FACTS} FROM config_versions WHERE instance = ? ORDER BY version DESC`,
  );
  const one = db.prepare<[string, number | null], TextRow>(
    `SELECT ${FACTS}, text FROM config_versions
     WHERE instance = ? AND version = coalesce(?, version) ORDER BY version DESC LIMIT 1`,
  );
  return {
    versions: (instance) => all.all(instance).map(withKeys),
    version(instance, version) {
      const row = one.get(instance, version);
      return row === undefined ? null : withKeys(row);
    },
  };
}

function withKeys<T extends Row>(row: T): Omit<T, 'changed'> & { changed: readonly string[] } {
  return { ...row, changed: JSON.parse(row.changed) as string[] };
}

/** The writing statements. */
export function versionWriter(db: SqliteDatabase): VersionWriter {
  const newest = db.prepare<[string], { n: number }>(
    'SELECT coalesce(max(version), 0) AS n FROM config_versions WHERE instance = ?',
  );
  const insert = db.prepare(
    `INSERT INTO config_versions
       (instance, version, at_ms, who, origin, note, text, changed)
     VALUES (@instance, @version, @at_ms, @who, @origin, @note, @text, @changed)`,
  );
  const bound = db.prepare(
    `DELETE FROM config_versions WHERE instance = @instance AND version < @version
       AND (version <= @version - ${MOST_VERSIONS} OR version IN (
         SELECT version FROM (
           SELECT version, sum(length(CAST(text AS BLOB))) OVER (ORDER BY version DESC) AS bytes
           FROM config_versions WHERE instance = @instance
         ) WHERE bytes > ${MOST_BYTES}))`,
  );
  const drop = db.prepare('DELETE FROM config_versions WHERE instance = ? AND version = ?');
  const name = db.prepare(
    `UPDATE config_versions SET who = @who, origin = @origin, note = @note
     WHERE instance = @instance AND origin = 'file' AND text = @text AND at_ms >= @since
       AND version = (SELECT max(version) FROM config_versions WHERE instance = @instance)`,
  );
  const add = db.transaction((entry: NewVersion): AddedVersion => {
    const { instance } = entry;
    const version = (newest.get(instance)?.n ?? 0) + 1;
    insert.run({ ...entry, version, changed: JSON.stringify(entry.changed) });
    const dropped = bound.run({ instance, version }).changes;
    return { version, dropped };
  });
  return {
    addVersion: (entry) => add.immediate(entry),
    dropVersion: (instance, version) => {
      drop.run(instance, version);
    },
    nameAuthor: ({ at_ms: _at, ...entry }, since) =>
      name.run({ ...entry, since }).changes === 1,
  };
}
